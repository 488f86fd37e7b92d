import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { prepareToRun, root } from './prepare.js'

/** Runs the compiled command line in this very process, so that signals reach it and its exit code is ours. */
export async function runMain (args) {
  prepareToRun()
  const main = join(root, 'dist', 'main.js')
  process.argv.splice(1, process.argv.length, main, ...args)
  await import(pathToFileURL(main).href)
}
