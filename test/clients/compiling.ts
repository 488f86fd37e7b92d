import { execFile } from 'node:child_process'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { projectRoot } from '../../src/root.js'

const execute = promisify(execFile)

export interface Client { run: (url: string, token: string) => Promise<any> }

/** A folder of a client's own, with its compiler as strict as one can set it. */
export async function clientFolder (name: string): Promise<string> {
  const folder = join(projectRoot, '.build', 'clients', name)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await copyFile(join(projectRoot, 'test', 'clients', 'fixtures', `${name}.client.ts`), join(folder, 'client.ts'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'ES2023', module: 'NodeNext', moduleResolution: 'NodeNext', lib: ['ES2023', 'DOM'], types: [], rootDir: '.', outDir: 'out',
      strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true, skipLibCheck: true,
      plugins: [{ name: 'gql.tada/ts-plugin', schema: join(projectRoot, 'schema.graphql'), tadaOutputLocation: './schema.d.ts' }]
    },
    files: ['client.ts']
  }))
  return folder
}

/** Runs a command of a package; what it says is the error's message. */
export async function runTool (file: string, ...parameters: string[]): Promise<void> {
  await execute(process.execPath, [join(projectRoot, 'node_modules', file), ...parameters], { maxBuffer: 1 << 24 })
    .catch((error: { stdout: string, stderr: string }) => { throw new Error(`${file} failed:\n${error.stdout}${error.stderr}`) })
}

/** Compiles the client and loads it. */
export async function compiled (folder: string): Promise<Client> {
  await runTool('typescript/bin/tsc', '-p', folder)
  return import(pathToFileURL(join(folder, 'out', 'client.js')).href) as Promise<Client>
}
