import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import t from 'tap'
import { readable } from '../src/stacks.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'supportops-stacks-')))
t.teardown(() => rmSync(folder, { recursive: true }))
const source = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

t.test('a stack names the sources, line and column', async t => {
  const first = source('first.ts', 'import { fail } from \'./second.js\'\n\nexport function begin (): void {\n  const often: number = 3\n  for (let i = 0; i < often; i++) fail(i)\n}\n')
  const second = source('second.ts', '// é\nexport const fail = (at: number): void => {\n  if (at === 2) {\n    throw new TypeError(`it broke at ${at}`)\n  }\n}\n')
  const outfile = join(folder, 'out.js')
  await build({ entryPoints: [first], outfile, bundle: true, format: 'esm', minifyWhitespace: true, minifySyntax: true, sourcemap: true, sourcesContent: false })
  const address = pathToFileURL(outfile).href
  const lines = readFileSync(outfile, 'utf8').split('\n')
  /** Where a word stands in what was compiled, as a stack has it. */
  const placeOf = (word: string): string => {
    const line = lines.findIndex(line => line.includes(word))
    return `${address}:${line + 1}:${lines[line]!.indexOf(word) + 1}`
  }
  const stack = (thrown: string, called: string): string =>
    `TypeError: it broke at 2\n    at fail (${thrown})\n    at begin (${called})\n    at ${thrown}\n    at node:internal/main:1:2`
  const written = stack(placeOf('new TypeError'), placeOf('fail(i)'))
  t.equal(readable(written), stack(`${second}:4:11`, `${first}:5:35`))
  t.equal(readable(written), stack(`${second}:4:11`, `${first}:5:35`), 'the same when it is known')
})

t.test('what has no map, or no mapping, stays as it is', t => {
  const lonely = pathToFileURL(source('lonely.js', '')).href
  const broken = pathToFileURL(source('broken.js', '')).href
  source('broken.js.map', '{"version":')
  const empty = pathToFileURL(source('empty.js', '')).href
  source('empty.js.map', '{"version":3,"sources":["x.ts"],"mappings":";A"}')
  for (const file of [lonely, broken, empty]) {
    const stack = `Error: no\n    at go (${file}:2:7)\n    at ${file}:1:1`
    t.equal(readable(stack), stack)
  }
  t.equal(readable('Error: nothing\n    at ./there.js:1:2'), 'Error: nothing\n    at ./there.js:1:2')
  t.end()
})
