import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firstDifference, printContracts } from '../src/contracts.ts'
import { projectRoot } from '../src/root.ts'

const check = process.argv.includes('--check')
let stale = false

for (const [name, printed] of Object.entries(await printContracts())) {
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

process.exitCode = stale ? 1 : 0
