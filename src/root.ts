import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json, wherever the compiled code stands below it. */
export const projectRoot = (function up (folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : up(dirname(folder))
})(dirname(fileURLToPath(import.meta.url)))
