import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bothFaces, firstDifference, printContracts } from '../src/contracts.ts'
import { projectRoot } from '../src/root.ts'

const check = process.argv.includes('--check')
const faces = await bothFaces()
let stale = false

for (const [name, printed] of Object.entries(printContracts(faces))) {
  const file = join(projectRoot, name)
  const committed = await readFile(file, 'utf8').catch(() => '')
  const difference = firstDifference(committed, printed)
  if (difference && check) {
    stale = true
    console.error(`${name} is stale: line ${difference.line} is\n  ${difference.committed}\nand should be\n  ${difference.printed}\nRun npm run contracts.`)
  } else if (difference) {
    await writeFile(file, printed)
    console.log(`Wrote ${name}.`)
  } else {
    console.log(`${name} is current.`)
  }
}

await faces.close()
process.exitCode = stale ? 1 : 0
