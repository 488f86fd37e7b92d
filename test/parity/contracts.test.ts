import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { bothFaces, firstDifference, printContracts } from '../../src/contracts.js'
import { projectRoot } from '../../src/root.js'

type Json = Record<string, any>

const faces = await bothFaces()
t.teardown(faces.close)
const contract = faces.app.contract() as Json
const operations = faces.app.operations()
const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }))
ajv.addSchema({ $id: 'contract', ...contract }, 'contract')

const pointer = (...parts: string[]): string =>
  `contract#/${parts.map(part => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`

function misfits (at: string, value: unknown): string {
  const validate = ajv.compile({ $ref: at })
  return validate(value) ? '' : validate.errors!.map(error => `${error.instancePath || '(root)'} ${error.message}`).join('; ')
}

t.test('what is committed is what the server serves', async t => {
  for (const [name, printed] of Object.entries(printContracts(faces))) {
    const committed = await readFile(join(projectRoot, name), 'utf8').catch(() => '')
    t.equal(firstDifference(committed, printed), null, `${name} is current; if not, run: npm run contracts`)
  }
})

t.test('a stale contract is told by its first differing line', async t => {
  t.equal(firstDifference('a\nb\n', 'a\nb\n'), null)
  t.same(firstDifference('a\nb\nc', 'a\nx\nc'), { line: 2, committed: 'b', printed: 'x' })
  t.same(firstDifference('a', 'a\nb'), { line: 2, committed: '(nothing)', printed: 'b' })
  t.same(firstDifference('a\nb', 'a'), { line: 2, committed: 'b', printed: '(nothing)' })
})

t.test('every body has an example, which both the contract and the shape accept', async t => {
  for (const { id, method, path, body } of operations) {
    const { requestBody } = contract.paths[path][method.toLowerCase()]
    for (const [type, { example }] of Object.entries<Json>(requestBody?.content ?? {})) {
      t.not(example, undefined, `${id} has an example of its ${type} body`)
      const at = pointer('paths', path, method.toLowerCase(), 'requestBody', 'content', type, 'schema')
      t.equal(misfits(at, example), '', `${id}: the example is as the contract says; if not, give operation() an example`)
      if (type !== 'application/json' || !body) continue
      const { error } = body.safeParse(example)
      t.equal(error ? z.prettifyError(error) : '', '', `${id}: the example is accepted; if not, give operation() an example, or the field .meta({ examples: […] })`)
    }
  }
})

t.test('every example of a shape is as its shape says', async t => {
  for (const [id, { examples = [] }] of Object.entries<Json>(contract.components.schemas)) {
    for (const example of examples) t.equal(misfits(pointer('components', 'schemas', id), example), '', `${id}; if not, give the field .meta({ examples: […] })`)
  }
})

t.test('every default is a value that its own schema allows', async t => {
  const walk = (schema: unknown, at: string[]): void => {
    if (typeof schema !== 'object' || schema === null) return
    const { default: preset } = schema as Json
    if (preset !== undefined && at.at(-1) !== 'properties') t.equal(misfits(pointer(...at), preset), '', `the default at ${at.join('.')}`)
    for (const [key, inner] of Object.entries(schema)) if (key !== 'example' && key !== 'examples') walk(inner, [...at, key])
  }
  walk(contract.paths, ['paths'])
  walk(contract.components, ['components'])
})

t.test('everything is described', async t => {
  for (const [id, schema] of Object.entries<Json>(contract.components.schemas)) {
    t.ok(schema.description, `${id} has a description`)
    for (const [field, of] of Object.entries<Json>(schema.properties ?? {})) {
      t.ok(of.description, `${id}.${field} has a description; if not, add .describe('…') to the field in its *.shapes.ts`)
    }
  }
  for (const { id, summary, path, method } of operations) {
    t.ok(summary, `${id} has a summary`)
    for (const parameter of contract.paths[path][method.toLowerCase()].parameters ?? []) {
      t.ok(parameter.$ref ?? parameter.description, `${id}: the parameter ${parameter.name} has a description`)
    }
  }
})

t.test('operations are named once, and every one names its scope', async t => {
  const ids = operations.map(({ id }) => id)
  t.same(ids.filter((id, at) => ids.indexOf(id) !== at), [])
  for (const { id, path, method, scope } of operations) {
    const { security } = contract.paths[path][method.toLowerCase()]
    t.same(security, scope ? [{ apiKey: [scope] }, { token: [scope] }] : [], id)
  }
})

t.test('everything on the wire is camelCase', async t => {
  const camel = /^[a-z][a-zA-Z0-9]*$/
  for (const { id, path, method } of operations) {
    const segments = path.split('/').filter(Boolean).map(segment => segment.replace(/^\{(\w+)\}$/, '$1'))
    t.same(segments.filter(segment => !camel.test(segment)), [], `${id}: ${path}`)
    const parameters = (contract.paths[path][method.toLowerCase()].parameters ?? []) as Json[]
    t.same(parameters.filter(({ $ref, name }) => !$ref && !camel.test(name)), [], `${id}: its parameters`)
  }
  for (const [id, { properties = {} }] of Object.entries<Json>(contract.components.schemas)) {
    t.same(Object.keys(properties).filter(name => !camel.test(name)), [], `${id}: its fields`)
  }
})
