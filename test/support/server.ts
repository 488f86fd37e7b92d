import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

export interface Server {
  child: ChildProcess
  address: string
  /** Resolves when it has ended. */
  ended: Promise<{ code: number | null, signal: NodeJS.Signals | null }>
}

const isSource = import.meta.url.endsWith('.ts')
const script = fileURLToPath(new URL(`serving.${isSource ? 'ts' : 'js'}`, import.meta.url))

/**
 * Server processes on one database, one after the other: each call starts one, which is killed with the test. The next one
 * is always loaded beforehand.
 */
export function servers (t: Test, databaseUrl: string): () => Promise<Server> {
  const { PATH, HOME, SystemRoot } = process.env
  const env = { PATH, HOME, SystemRoot, DATABASE_URL: databaseUrl, LOG_LEVEL: 'error', RATE_LIMIT_PER_MINUTE: '10000000', MAX_EVENT_LOOP_DELAY_MS: '0' } as NodeJS.ProcessEnv
  const load = (): ChildProcess => {
    const child = spawn(process.execPath, [...isSource ? process.execArgv : [], script], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    t.teardown(() => child.kill('SIGKILL'))
    return child
  }
  let next = load()
  return async () => {
    const child = next
    next = load()
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }))
    const address = listening(child)
    child.stdin!.write('go\n')
    return { child, address: await address, ended }
  }
}

async function listening ({ stdout }: ChildProcess): Promise<string> {
  let said = ''
  for await (const chunk of stdout!.iterator({ destroyOnReturn: false })) {
    said += String(chunk)
    const address = /listening at (\S+)\n/.exec(said)?.[1]
    if (address) return address
  }
  throw new Error(`The server ended before it listened, saying: ${said}`)
}
