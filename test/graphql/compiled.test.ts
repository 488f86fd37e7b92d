import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import fc, { type GeneratorValue } from 'fast-check'
import { graphql, print, parse } from 'graphql'
import t from 'tap'
import { makeSchema } from '../../src/graphql/schema.js'
import { makeToy, toyModule, toyTypes } from './toy.js'

t.test('no text in a document becomes code', async t => {
  const compiler = readFileSync(createRequire(createRequire(import.meta.url).resolve('mercurius')).resolve('graphql-jit').replace(/[^/]+$/, 'execution.js'), 'utf8')
  const marks = [...compiler.matchAll(/"(__MAGIC_[^"]+)"/g)].map(([, mark]) => mark!)
  t.ok(marks.length > 0, 'the compiler still marks special values with text')
  const toy = await makeToy(t)
  const attack = '(globalThis.attacked = true, 0)'
  for (const text of marks.flatMap(mark => [mark, mark + attack])) {
    for (const literal of [JSON.stringify(text), `"\\u005f${text.slice(1)}"`, `"""${text}"""`]) {
      for (const time of ['parsed', 'compiled', 'remembered']) {
        t.strictSame((await toy.send(`{ hello(name: ${literal}) }`)).body.data, { hello: `Hello ${text}` }, time)
        t.strictSame((await toy.send(`{ echo(json: [${literal}], input: { name: ${literal} }) }`)).body.data,
          { echo: { json: [text], input: { name: text }, first: 7 } })
        t.strictSame((await toy.send(`query ($n: String = ${literal}) { hello(name: $n) }`)).body.data, { hello: `Hello ${text}` })
      }
    }
  }
  for (const mark of marks) {
    for (const time of ['parsed', 'compiled', 'remembered']) {
      t.strictSame((await toy.send(`{ echo(json: ${mark}) }`)).body.data, { echo: { json: mark, first: 7 } }, time)
      t.strictSame((await toy.send(`{ echo(json: { ${mark}: 1 }) }`)).body.data, { echo: { json: { [mark]: 1 }, first: 7 } })
    }
  }
  t.notOk('attacked' in globalThis)
  t.strictSame(toy.logged, [])
})

/** Names that mean something to JavaScript or to the compiler. */
const names = ['a', 'then', 'constructor', 'toString', 'class', 'default', 'arguments', 'length', 'data', 'errors', 'name', '__parent',
  '__context', 'id', 'valueOf', 'hasOwnProperty', 'await', 'this', 'null', 'undefined', 'it', 'x0', '_']

/** A document over the toy schema, mostly valid, with the variables it declares. */
function makeDocument (draw: GeneratorValue): { query: string, variables: Record<string, unknown> } {
  const chance = (oneIn: number): boolean => draw(fc.nat, { max: oneIn - 1 }) === 0
  const among = <T>(items: readonly T[]): T => items[draw(fc.nat, { max: items.length - 1 })]!
  const declared = { yes: 'Boolean!', no: 'Boolean!', text: 'String', preset: 'String = "preset"', number: 'Int', input: 'ThingInput', json: 'JSON', list: '[String!]' }
  const variables: Record<string, unknown> = { yes: true, no: false }
  const values: Record<string, unknown[]> = {
    text: ['sent', null], preset: ['sent', null], number: [3, null], input: [{ size: 2 }, { name: 'n', size: null, tags: ['t'] }, null],
    json: [{ a: [1, null] }, 'text', 5, null], list: [['a'], [], null]
  }
  for (const [name, of] of Object.entries(values)) if (chance(2)) variables[name] = among(of)

  const args: Record<string, () => string> = {
    hello: () => among(['', '', '(name: "lit")', '(name: $text)', '(name: $preset)', '(name: null)']),
    echo: () => `(json: ${among(['$json', '{ a: $json, b: [$text, 1.5, ENUM, true] }', '["x", { y: null }]', '7'])}, input: ${among([
      '$input', '{ name: "i", size: $number }', '{ size: 4, tags: "one" }', '{ tags: $list }', 'null'])}, first: ${among(['$number', '2', 'null'])})`,
    colour: () => among(['', '(colour: red)', '(colour: null)']),
    thing: () => `(id: ${among(['"1"', '1', '"none"'])})`,
    things: () => among(['(first: 2)', '(first: $number)', ''])
  }
  const below: Record<string, string> = { thing: 'Thing', parent: 'Thing', things: 'ThingConnection', list: 'Thing', node: 'Thing', nodes: 'Thing', edges: 'ThingEdge', pageInfo: 'PageInfo' }
  const fields: Record<string, string[]> = {
    Query: ['hello', 'echo', 'colour', 'thing', 'things', 'list', '__typename'],
    Thing: ['id', 'name', 'things', 'parent', '__typename', 'id', 'name', 'things', 'parent', 'must'],
    ThingConnection: ['edges', 'nodes', 'pageInfo', 'totalCount'],
    ThingEdge: ['cursor', 'node'],
    PageInfo: ['hasNextPage', 'endCursor']
  }
  const condition = (): string => among(['', '', '', '', ' @include(if: $yes)', ' @include(if: $no)', ' @skip(if: $no)', ' @skip(if: $yes)', ' @include(if: false)'])
  const selections = (type: string, depth: number): string => {
    const list = Array.from({ length: 1 + draw(fc.nat, { max: 3 }) }, () => {
      if (type === 'Thing' && chance(5)) return `...F${condition()}`
      if (chance(8)) return `... on ${type}${condition()} ${selections(type, depth - 1)}`
      const field = among(fields[type]!.filter(field => depth > 0 || !below[field])) ?? '__typename'
      const alias = chance(3) ? `${among(names)}: ` : ''
      return `${alias}${field}${args[field]?.() ?? ''}${condition()} ${below[field] ? selections(below[field], depth - 1) : ''}`
    })
    return `{ ${list.join(' ')} }`
  }
  const body = selections('Query', 4)
  const fragment = body.includes('...F') ? ' fragment F on Thing { id named: name parent { name @include(if: $yes) } }' : ''
  const used = Object.entries(declared).filter(([name]) => (body + fragment).includes(`$${name}`))
  return {
    query: print(parse(`query ${used.length ? `(${used.map(([name, type]) => `$${name}: ${type}`).join(' ')})` : ''} ${body}${fragment}`)),
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => used.some(([known]) => known === name)))
  }
}

interface Mistake { message: string, path?: (string | number)[] }
const places = (errors: Mistake[] = []): string[] => errors.map(({ path, message }) => path?.join('.') ?? message).toSorted()

t.test('whatever is asked, compiled answers are those of graphql-js', async t => {
  const limits = { depth: 1e3, aliases: 1e3, cost: 1e12, tokens: 1e5 }
  const toy = await makeToy(t, { limits })
  const schema = makeSchema([toyModule([], new EventEmitter())], toyTypes)
  let answered = 0
  await fc.assert(fc.asyncProperty(fc.gen(), async draw => {
    const { query, variables } = makeDocument(draw)
    const expected = JSON.parse(JSON.stringify(await graphql({
      schema, source: query, variableValues: variables, contextValue: { ctx: { name: 'anonymous' }, loaders: new Map(), requestId: '' }
    }))) as { data?: object, errors?: Mistake[] }
    if (!expected.data) fc.pre(false)
    for (let time = 0; time < 3; time++) {
      const { body } = await toy.send(query, variables)
      answered++
      const sameOrder = String(Object.keys(body.data ?? {})) === String(Object.keys(expected.data ?? {}))
      if (!sameOrder || !isDeepStrictEqual([body.data, places(body.errors)], [expected.data, places(expected.errors)])) {
        throw new Error(`${time}: ${query}\n${JSON.stringify(variables)}\n${JSON.stringify(body)}\n${JSON.stringify(expected)}`)
      }
    }
  }), { numRuns: Number(process.env.RUNS ?? 150) })
  t.ok(answered >= 450, `${answered} answers were compared`)
})
