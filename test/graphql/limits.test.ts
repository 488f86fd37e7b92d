import { getIntrospectionQuery } from 'graphql'
import t, { type Test } from 'tap'
import { makeToy, type Toy } from './toy.js'

const many = (count: number, each: (at: number) => string): string => Array.from({ length: count }, (_, at) => each(at)).join(' ')
const parents = (count: number, innermost = '{ id }'): string => '{ parent '.repeat(count) + innermost + ' }'.repeat(count)

/** Refused, before any resolver ran, however often it is sent. */
async function refused (t: Test, toy: Toy, query: string, [status, code, message]: [number, string, RegExp | string], variables?: Record<string, unknown>) {
  const before = toy.ran.length
  for (let time = 0; time < 3; time++) {
    const answer = await toy.send(query, variables)
    t.equal(answer.status, status)
    t.equal(answer.body.errors!.length, 1)
    t.equal(answer.body.errors![0].extensions.code, code)
    t.match(answer.body.errors![0].message, message)
    t.notOk('data' in answer.body)
  }
  t.equal(toy.ran.length, before, 'nothing ran')
}

async function costs (t: Test, toy: Toy, query: string, cost: number, variables?: Record<string, unknown>) {
  for (const time of ['parsed', 'compiled', 'remembered']) {
    const { status, body } = await toy.send(query, variables)
    t.equal(status, 200)
    t.strictSame(body.extensions.cost, { requested: cost, limit: 10_000 }, `${query}, ${time}`)
  }
}

t.test('a document longer than 64 KiB is not parsed', async t => {
  const toy = await makeToy(t)
  const message = 'The document has 65537 bytes; at most 65536 are read. Send values as variables.'
  await refused(t, toy, '{'.padEnd(65_537), [413, 'tooLarge', message])
  await refused(t, toy, '#' + 'é'.repeat(32_768), [413, 'tooLarge', message])
  t.equal((await toy.send('{ hello } #'.padEnd(65_536))).status, 200)

  const payload = JSON.stringify({ query: '{ hello }'.padEnd(1_048_576) })
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    const { statusCode, json } = await toy.app.inject({ method: 'POST', url: '/graphql', payload, headers: { accept, 'content-type': 'application/json' } })
    t.equal(statusCode, 413)
    t.equal(json().errors[0].extensions.code, 'tooLarge')
  }
})

t.test('a document has at most 1,000 tokens', async t => {
  const toy = await makeToy(t)
  await refused(t, toy, `{ hello(name: "a") ${'@skip(if: true) '.repeat(170)} }`, [400, 'tooComplex', /more \w+ 1000 tokens/])
  await refused(t, toy, `{ ${many(50_000 / 5, () => 'a {')}`, [400, 'tooComplex', /more \w+ 1000 tokens/])
})

t.test('nesting that the parser can follow is answered or refused, never a failure', async t => {
  const toy = await makeToy(t)
  const documents = [
    `{ echo(json: ${'['.repeat(490)}${']'.repeat(490)}) }`,
    `{ echo(json: ${'{a:'.repeat(240)}1${'}'.repeat(240)}) }`,
    `query ($a: ${'['.repeat(490)}Int${']'.repeat(490)}) { hello }`,
    `{ thing(id: 1) ${parents(300)} }`,
    `{ __type(name: "Thing") ${'{ ofType '.repeat(300)}{ name }${' }'.repeat(300)} }`
  ]
  for (const document of documents) for (let time = 0; time < 3; time++) t.ok([200, 400].includes((await toy.send(document)).status))
  const { statusCode, json } = await toy.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    payload: `{ "query": "query ($json: JSON) { echo(json: $json) }", "variables": { "json": ${'['.repeat(100_000)}${']'.repeat(100_000)} } }`
  })
  t.equal(statusCode, 400)
  t.equal(json().errors[0].extensions.code, 'tooComplex')
  t.strictSame(toy.logged, [])
})

t.test('fields are at most 12 levels deep, fragments followed', async t => {
  const toy = await makeToy(t)
  const deep = 'Fields are 13 levels deep; at most 12 are answered. Ask in several queries.'
  t.equal((await toy.send(`{ thing(id: 1) ${parents(10)} }`)).status, 200)
  await refused(t, toy, `{ thing(id: 1) ${parents(11)} }`, [400, 'tooComplex', deep])
  await refused(t, toy, `{ thing(id: 1) ${parents(6, '{ ... on Thing { ...F } }')} } fragment F on Thing ${parents(5)}`, [400, 'tooComplex', deep])
})

t.test('introspection is answered as tools ask for it', async t => {
  const toy = await makeToy(t)
  for (const typeDepth of [7, 9, 11]) {
    const query = getIntrospectionQuery({ typeDepth, inputValueDeprecation: true, schemaDescription: true, specifiedByUrl: true, directiveIsRepeatable: true, oneOf: true })
    const { status, body } = await toy.send(query)
    t.equal(status, 200)
    t.match(body.data, { __schema: { queryType: { name: 'Query' }, subscriptionType: { name: 'Subscription' } } })
    t.ok(body.extensions.cost.requested <= 6_000)
  }
  await costs(t, toy, '{ __typename }', 1)
})

t.test('introspection that multiplies is refused', async t => {
  const toy = await makeToy(t)
  const bomb = (levels: number): string => `{ __schema { types ${'{ fields { type '.repeat(levels)}{ name }${' } }'.repeat(levels)} } }`
  const { status, body } = await toy.send(bomb(5))
  t.equal(status, 400)
  t.match(body.errors, [{ message: 'Maximum introspection depth exceeded', extensions: { code: 'badRequest' } }])
  await refused(t, toy, bomb(10), [400, 'tooComplex', 'Introspection is 22 levels deep; at most 20 are answered.'])
  const wide = '{ types { name fields { name args { name type { name possibleTypes { name } } } } } }'
  await refused(t, toy, `{ ${many(20, at => `a${at}: __schema ${wide}`)} }`, [400, 'tooComplex', /^The query costs \d+; at most 10000/])
  await refused(t, toy, `{ __type(name: "Thing") ${'{ ofType '.repeat(30)}{ name }${' }'.repeat(30)} }`, [400, 'tooComplex', /^Introspection is 31 levels deep/])
})

t.test('at most 30 fields are renamed or repeated', async t => {
  const toy = await makeToy(t)
  t.equal((await toy.send(`{ ${many(30, at => `a${at}: hello`)} }`)).status, 200)
  await refused(t, toy, `{ ${many(31, at => `a${at}: hello`)} }`, [400, 'tooComplex', 'The document renames or repeats 31 fields; at most 30 are answered.'])
  await refused(t, toy, `{ ${many(300, at => `a${at}: hello`)} }`, [400, 'tooComplex', /renames or repeats 300 fields/])
  await refused(t, toy, `{ ${many(1000, at => `a${at}: hello`)} }`, [400, 'tooComplex', /1000 tokens/])
  await refused(t, toy, `{ ${many(32, () => 'hello')} }`, [400, 'tooComplex', /renames or repeats 31 fields/])
  await refused(t, toy, `{ thing(id: 1) { ${many(16, at => `a${at}: id`)} ...F } } fragment F on Thing { ${many(16, at => `b${at}: id`)} }`,
    [400, 'tooComplex', /renames or repeats 32 fields/])
})

t.test('the cost counts fields, and rows as often as they are asked for', async t => {
  const toy = await makeToy(t)
  await costs(t, toy, '{ hello }', 1)
  await costs(t, toy, '{ hello caller }', 2)
  await costs(t, toy, '{ thing(id: 1) { id name } }', 3)
  await costs(t, toy, '{ things(first: 2) { nodes { id name } } }', 1 + 2 * 3)
  await costs(t, toy, '{ things { nodes { id } } }', 1 + 25 * 2)
  await costs(t, toy, '{ things(first: null) { nodes { id } } }', 1 + 25 * 2)
  await costs(t, toy, '{ things(first: -5) { nodes { id } } }', 1 + 2)
  await costs(t, toy, '{ things(first: 2) { edges { cursor node { id } } pageInfo { endCursor } totalCount } }', 1 + 2 * (1 + 1 + 2 + 2 + 1))
  await costs(t, toy, '{ things(first: 2) { nodes { things(first: 3) { nodes { id } } } } }', 1 + 2 * (1 + 1 + 3 * 2))
  await costs(t, toy, '{ list { id } }', 1 + 10)
  await costs(t, toy, '{ short { id } }', 1 + 3)
  await costs(t, toy, '{ echo(first: 1000) }', 1)
  await costs(t, toy, '{ ... on Query { hello } ...F ...F } fragment F on Query { things(first: 4) { nodes { id } } }', 1 + 2 * 9)
  await costs(t, toy, 'query ($no: Boolean = false) { hello @include(if: $no) caller @skip(if: true) }', 2)
  await costs(t, toy, 'mutation { rename(id: 1, name: "a") { id name } }', 3)
})

t.test('the cost is that of the variables of each request', async t => {
  const toy = await makeToy(t)
  const query = 'query ($first: Int) { things(first: $first) { nodes { id ...F } } } fragment F on Thing { things(first: $first) { nodes { id } } }'
  const cost = (first: number): number => 1 + first * (2 + 1 + first * 2)
  await costs(t, toy, query, cost(3), { first: 3 })
  await costs(t, toy, query, cost(10), { first: 10 })
  await costs(t, toy, query, cost(25), { first: null })
  await costs(t, toy, query, 1 + 25 * (2 + 1 + 25 * 2))
  await refused(t, toy, query, [400, 'tooComplex', `The query costs ${cost(71)}; at most 10000 is answered. Ask for fewer rows (first) or fewer fields.`], { first: 71 })
  await costs(t, toy, query, cost(3), { first: 3 })
  await costs(t, toy, 'query ($first: Int = 2) { things(first: $first) { nodes { id } } }', 1 + 2 * 2)
})

t.test('a refusal says what was asked and what is allowed', async t => {
  const toy = await makeToy(t, { limits: { cost: 5 } })
  const { body } = await toy.send('{ things(first: 3) { nodes { id } } }')
  t.strictSame(body, {
    errors: [{
      message: 'The query costs 7; at most 5 is answered. Ask for fewer rows (first) or fewer fields.',
      extensions: { code: 'tooComplex', requestId: 'request-1' }
    }],
    extensions: { cost: { requested: 7, limit: 5 } }
  })
  t.strictSame((await toy.send('{ things(first: 2) { nodes { id } } }')).body.extensions, { cost: { requested: 5, limit: 5 } })
  t.strictSame(toy.ran, ['Query.things'])
})

t.test('fragments that double are counted, not followed', async t => {
  const toy = await makeToy(t)
  const bomb = (field: string, levels: number): string => `{ thing(id: 1) { ...F0 } } ${many(levels, at =>
    `fragment F${at} on Thing { ...F${at + 1} ... on Thing { ...F${at + 1} } }`)} fragment F${levels} on Thing { ${field} }`
  await costs(t, toy, bomb('id', 3), 1 + 2 ** 3)
  await refused(t, toy, bomb('id', 60), [400, 'tooComplex', /^The query costs 1152921504606846\d+|^The query costs 9007199254740991;/])
  const query = `query ($first: Int) ${bomb('things(first: $first) { nodes { id } }', 60)}`
  await refused(t, toy, query, [400, 'tooComplex', 'The query costs 9007199254740991; at most 10000'], { first: 1 })
})

t.test('fragments within themselves are refused', async t => {
  const toy = await makeToy(t)
  const cycle = '{ thing(id: 1) { ...A } } fragment A on Thing { parent { ...B } } fragment B on Thing { parent { ...A } }'
  await refused(t, toy, cycle, [400, 'badRequest', 'Cannot spread fragment "A" within itself via "B".'])
})
