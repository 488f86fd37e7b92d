import t, { type Test } from 'tap'
import { makeToy, type Toy } from './toy.js'

const internal = 'Something went wrong on our side. The log has it under this request id.'

/** The same thing asked as it is parsed, as it is compiled, and compiled: the answers are one and the same. */
async function always (t: Test, toy: Toy, ...sent: Parameters<Toy['send']>) {
  const first = await toy.send(...sent)
  for (const time of ['second', 'third']) {
    const again = await toy.send(...sent)
    t.strictSame([again.status, again.body], [first.status, first.body], `the ${time} answer is the first`)
  }
  return first
}

t.test('what a resolver throws is worded as REST words it', async t => {
  const toy = await makeToy(t)
  const cases: [string, string, object][] = [
    ['notFound', 'Thing not found in this workspace.', { code: 'notFound' }],
    ['invalid', 'name: is too long', { code: 'invalid', errors: [{ path: 'name', message: 'is too long' }] }],
    ['unavailable', 'Later.', { code: 'unavailable' }],
    ...['unknown', 'status', 'text', 'rejected', 'returned', 'serialised'].map(how =>
      [how, internal, { code: 'internal' }] as [string, string, object])
  ]
  for (const [how, message, { code, ...more }] of cases as [string, string, { code: string }][]) {
    const { status, body } = await always(t, toy, `{ hello fail(how: "${how}") }`)
    t.equal(status, 200, how)
    t.strictSame(body, {
      errors: [{ message, locations: [{ line: 1, column: 9 }], path: ['fail'], extensions: { code, requestId: 'request-1', ...more } }],
      data: { hello: 'Hello you', fail: null },
      extensions: { cost: { requested: 2, limit: 10000 } }
    }, how)
    t.notMatch(JSON.stringify(body), 'secret', 'nothing of the cause is shown')
  }
})

t.test('the log has the cause of what is internal, under the request id', async t => {
  const toy = await makeToy(t)
  for (const time of ['parsed', 'compiled']) {
    await toy.send('{ fail(how: "unknown") }')
    const { requestId, message, cause } = toy.logged.pop()!
    t.strictSame([requestId, message, (cause as Error).message], ['request-1', 'fail failed', 'secret of the house'], time)
    t.ok(cause instanceof TypeError)
  }
  await toy.send('{ fail(how: "notFound") }')
  t.strictSame(toy.logged, [], 'a refusal is not logged as a failure')
})

t.test('an answer that breaks the schema is our fault, not the caller\'s', async t => {
  const toy = await makeToy(t)
  const { status, body } = await always(t, toy, '{ thing(id: "1") { id must } }')
  t.equal(status, 200)
  t.strictSame(body, {
    errors: [{ message: internal, locations: [{ line: 1, column: 23 }], path: ['thing', 'must'], extensions: { code: 'internal', requestId: 'request-1' } }],
    data: { thing: null },
    extensions: { cost: { requested: 3, limit: 10000 } }
  })
  t.equal(toy.logged.length, 3)
  for (const { message, cause } of toy.logged) t.match(`${message} ${cause as Error}`, /^thing\.must.*Cannot return null for non-nullable field Thing\.must\./)
})

t.test('data that came to nothing is still an answer', async t => {
  const toy = await makeToy(t)
  const { status, body } = await always(t, toy, '{ failWhole }')
  t.equal(status, 200)
  t.equal(body.data, null)
  t.equal(body.errors![0].extensions.code, 'notFound')
})

t.test('each mistake in a document is an error of its own', async t => {
  const toy = await makeToy(t)
  const { status, body } = await always(t, toy, '{ helo thing(id: 1, x: 2) { nme } }')
  t.equal(status, 400)
  t.strictSame(Object.keys(body), ['errors'])
  t.strictSame(body.errors!.map(({ message, locations }) => [message, locations[0].column]), [
    ['Cannot query field "helo" on type "Query". Did you mean "hello"?', 3],
    ['Unknown argument "x" on field "Query.thing".', 21],
    ['Cannot query field "nme" on type "Thing". Did you mean "name"?', 29]
  ])
  for (const { extensions } of body.errors!) t.strictSame(extensions, { code: 'badRequest', requestId: 'request-1' })
  t.strictSame(toy.ran, [])
})

t.test('documents that cannot be run are refused, naming why', async t => {
  const toy = await makeToy(t)
  const cases: [string, Parameters<Toy['send']>, RegExp][] = [
    ['does not parse', ['{'], /^Syntax Error: Expected Name, found <EOF>\.$/],
    ['is a syntax tree', [JSON.stringify({ kind: 'Document', definitions: [] })], /^Syntax Error: /],
    ['is JSON', ['null'], /^Syntax Error: Unexpected Name "null"\.$/],
    ['has no operation of that name', ['query a { hello }', null, { operationName: 'b' }], /^(Unknown operation named "b"|The document has no operation b)\.$/],
    ['has an unusable name', ['query a { hello }', null, { operationName: 'a\n{ caller }' }], /operation/],
    ['has several operations', ['query a { hello } query b { caller }'], /several operations|multiple operations/],
    ['is a subscription', ['subscription { ticks }'], /^Subscribe over a WebSocket/],
    ['lacks a variable', ['query ($name: String!) { hello(name: $name) }'], /^Variable "\$name" of required type "String!" was not provided\.$/],
    ['has a wrong variable', ['query ($name: String) { hello(name: $name) }', { name: 5 }], /^Variable "\$name" got invalid value 5;/],
    ['has a wrong part of a variable', ['query ($i: ThingInput) { echo(input: $i) }', { i: { name: 'a', size: 'b' } }], /got invalid value "b".*Int cannot represent non-integer/],
    ['has an unknown part of a variable', ['query ($i: ThingInput) { echo(input: $i) }', { i: { nam: 'a' } }], /"nam" is not defined/],
    ['has a list for an object', ['query ($i: ThingInput) { echo(input: $i) }', { i: [] }], /Variable "\$i" got invalid value/],
    ['has an impossible instant', ['query ($at: DateTime) { echo(at: $at) }', { at: '2026-02-30T00:00:00Z' }], /^Variable "\$at" got invalid value/]
  ]
  for (const [what, sent, message] of cases) {
    for (const time of ['parsed', 'compiled', 'remembered']) {
      const { status, body } = await toy.send(...sent)
      t.equal(status, 400, `${what}, ${time}`)
      t.match(body.errors![0].message, message, `${what}, ${time}`)
      t.equal(body.errors![0].extensions.code, 'badRequest')
      t.notOk('data' in body)
    }
  }
  t.strictSame(toy.ran, [])
  t.strictSame(toy.logged, [])
})

t.test('an argument that turns out null is a mistake of the caller, where it stands', async t => {
  const toy = await makeToy(t)
  const { status, body } = await always(t, toy, 'query ($how: String = "x") { hello fail(how: $how) }', { how: null })
  t.equal(status, 200)
  t.strictSame(body.data, { hello: 'Hello you', fail: null })
  t.match(body.errors, [{ message: 'Argument "how" of non-null type "String!" must not be null.', path: ['fail'], extensions: { code: 'badRequest' } }])
})

t.test('text that cannot be kept is invalid, naming its place', async t => {
  const toy = await makeToy(t)
  const query = 'query ($i: ThingInput, $json: JSON) { echo(input: $i, json: $json) }'
  const cases: [object, string][] = [
    [{ i: { name: 'a\0b' } }, 'i.name'],
    [{ i: { name: 'a', tags: ['fine', '\ud800'] } }, 'i.tags.1'],
    [{ json: { deep: [{ 'k\0': 1 }] } }, 'json.deep.0'],
    [{ json: '\udc00\ud800' }, 'json']
  ]
  for (const [variables, path] of cases) {
    const { status, body } = await toy.send(query, variables as Record<string, unknown>)
    t.equal(status, 422, path)
    t.strictSame(body.errors![0].extensions.errors.map((error: { path: string }) => error.path), [path])
    t.equal(body.errors![0].extensions.code, 'invalid')
  }
  const { status, body } = await toy.send('{ hello(name: "a\\u0000b") }')
  t.strictSame([status, body.errors![0].extensions.code], [422, 'invalid'])
  t.strictSame(toy.ran, [])
  t.strictSame((await toy.send('{ hello(name: "\\u{1F3C3} 🏃") }')).body.data, { hello: 'Hello 🏃 🏃' })
})

t.test('nothing reaches a prototype', async t => {
  const toy = await makeToy(t)
  const post = (payload: string) => toy.app.inject({ method: 'POST', url: '/graphql', payload, headers: { 'content-type': 'application/json' } })
  t.equal((await post('{"query":"{ hello }","variables":{"__proto__":{"a":1}}}')).statusCode, 400)
  const byGet = await toy.app.inject(`/graphql?query=${encodeURIComponent('query ($json: JSON) { echo(json: $json) }')}&variables=${encodeURIComponent('{"json":{"__proto__":{"a":1}}}')}`)
  t.equal(byGet.statusCode, 422)
  t.equal((await toy.send('{ echo(json: { __proto__: { a: 1 } }) }')).status, 400)
  t.equal((await toy.send('{ __proto__: thing(id: "1") { id } }')).status, 400)
  t.strictSame(toy.ran, [])
})

t.test('each operation of a document is compiled for itself', async t => {
  const toy = await makeToy(t)
  const document = 'query a { hello } query b { caller } mutation c { rename(id: "1", name: "x") { name } }'
  for (const time of ['parsed', 'compiled', 'remembered']) {
    t.strictSame((await toy.send(document, null, { operationName: 'a' })).body.data, { hello: 'Hello you' }, time)
    t.strictSame((await toy.send(document, null, { operationName: 'b' })).body.data, { caller: 'anonymous' }, time)
    t.strictSame((await toy.send(document, null, { operationName: 'c' })).body.data, { rename: { name: 'x' } }, time)
    const byGet = await toy.app.inject(`/graphql?query=${encodeURIComponent(document)}&operationName=c`)
    t.equal(byGet.statusCode, 405, time)
  }
  t.equal(toy.ran.filter(field => field === 'Mutation.rename').length, 3)
})

t.test('answers are the same parsed and compiled', async t => {
  const toy = await makeToy(t)
  const cases: Parameters<Toy['send']>[] = [
    ['{ hello a: hello(name: "a") ... on Query { hello } }'],
    ['query ($n: String) { hello(name: $n) }'],
    ['query ($n: String) { hello(name: $n) }', { n: null }],
    ['query ($n: String = "preset") { hello(name: $n) }'],
    ['query ($f: Int) { echo(first: $f) }'],
    ['query ($f: Int = 3) { echo(first: $f, input: { name: "a", size: $f }) }'],
    ['query ($f: Int) { echo(input: { name: "a", size: $f, tags: "one" }) }'],
    ['query ($i: ThingInput!) { echo(input: $i) }', { i: { size: 3 } }],
    ['query ($c: Colour = red) { colour(colour: $c) c: colour(colour: green) }'],
    ['query ($j: JSON, $t: DateTime) { echo(json: { a: [$j, 1.5, null, "x", { b: true }] }, at: $t) }', { j: { k: [1] }, t: '2026-01-01T01:00:00+01:00' }],
    ['{ things(first: 2) { edges { cursor node { id name parent { id } } } pageInfo { hasNextPage endCursor } totalCount } }'],
    ['query ($yes: Boolean!, $no: Boolean!) { a: thing(id: "1") { ...F @include(if: $no) id } b: thing(id: "2") { ...F } hello @skip(if: $yes) } fragment F on Thing { name }', { yes: true, no: false }],
    ['{ list { __typename id } none: thing(id: "none") { id } __typename }'],
    ['mutation { a: rename(id: "1", name: "a") { id } b: rename(id: "2", name: "b") { name } }']
  ]
  for (const sent of cases) {
    const { status, body } = await always(t, toy, ...sent)
    t.equal(status, 200, sent[0])
    t.equal(body.errors, undefined, sent[0])
  }
})
