import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './prepare.js'

const prefix = 'supportops-test-'

/** The database that TEST_DATABASE_URL names, else an embedded one in a temporary folder, for this run alone. */
export async function testDatabase () {
  if (process.env.TEST_DATABASE_URL) return { url: process.env.TEST_DATABASE_URL, remove: async () => {} }
  removeAbandoned()
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  chmodSync(folder, 0o755)
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    const { startEmbedded } = await import(pathToFileURL(join(root, '.build/src/db/embedded/start.js')).href)
    const said = []
    const log = message => said.push(message)
    const embedded = await startEmbedded({ dataDir: folder, durable: false, log }).catch(error => {
      throw new Error([...said, `${error.message} (for tests: TEST_DATABASE_URL)`].join('\n'), { cause: error })
    })
    return { url: embedded.url, remove: () => embedded.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** Of runs that were killed. Their servers have ended by themselves. */
function removeAbandoned () {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) && Number(name.slice(prefix.length).split('-')[0])
    if (!pid) continue
    try {
      process.kill(pid, 0)
    } catch (error) {
      if (error.code === 'ESRCH') rmSync(join(tmpdir(), name), { recursive: true, force: true })
    }
  }
}
