import DataLoader from 'dataloader'
import { graphql, isObjectType, type GraphQLSchema } from 'graphql'
import t from 'tap'
import { connection, connectionSdl } from '../../src/graphql/connections.js'
import { loader, type GraphqlContext, type GraphqlModule } from '../../src/graphql/module.js'
import { parseDateTime } from '../../src/graphql/scalars.js'
import { graphqlSchema, typesSdl } from '../../src/graphql/face.js'
import { makeSchema, printContract, wholeSdl } from '../../src/graphql/schema.js'
import { modules } from '../../src/resources/index.js'

const context = (): GraphqlContext => ({ ctx: 'caller' as never, loaders: new Map(), requestId: 'r1' })
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const echo: GraphqlModule = {
  sdl: `extend type Query { at(at: DateTime): DateTime json(json: JSON): JSON object(object: JSONObject): JSONObject }`,
  resolvers: { Query: { at: (_, { at }) => at, json: (_, { json }) => json, object: (_, { object }) => object } }
}

t.test('an instant is normalised to UTC with milliseconds', t => {
  const instants: [string, string][] = [
    ['2026-11-22T09:30:00.000Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00.123456789Z', '2026-11-22T09:30:00.123Z'],
    ['2026-11-22T01:30:00+05:30', '2026-11-21T20:00:00.000Z'],
    ['2026-11-22T09:30:00-00:00', '2026-11-22T09:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z']
  ]
  for (const [sent, kept] of instants) t.equal(parseDateTime(sent), kept, sent)
  for (const refused of ['', '2026-11-22', '2026-11-22T09:30:00', '2026-11-22 09:30:00Z', '2026-11-22T24:00:00Z', '2026-11-22T23:60:00Z',
    '2026-11-22T23:59:60Z', '2026-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z', '2026-01-00T00:00:00Z', '+012026-01-01T00:00:00Z', '0000-06-01T00:00:00Z', '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00', '2026-11-22T09:30:00+24:00', '2026-11-22T09:30:00Z\n', 1_800_000_000_000, null, {}, new Date(0)]) {
    t.throws(() => parseDateTime(refused), { name: 'GraphQLError' }, JSON.stringify(refused))
  }
  t.end()
})

t.test('scalars read the same from literals and from variables', async t => {
  const schema = makeSchema([echo], '')
  const literals = await graphql({
    schema,
    contextValue: context(),
    source: `query ($deep: Int) { at(at: "2026-11-22T10:30:00+01:00") json(json: [1, 2.5, "a", true, null, { b: $deep }])
      object(object: { a: { b: [] } }) }`,
    variableValues: { deep: 7 }
  })
  const expected = { at: '2026-11-22T09:30:00.000Z', json: [1, 2.5, 'a', true, null, { b: 7 }], object: { a: { b: [] } } }
  t.strictSame(plain(literals), { data: expected })
  const variables = await graphql({
    schema,
    contextValue: context(),
    source: 'query ($at: DateTime, $json: JSON, $object: JSONObject) { at(at: $at) json(json: $json) object(object: $object) }',
    variableValues: { ...expected, at: '2026-11-22T10:30:00+01:00' }
  })
  t.strictSame(plain(variables), { data: expected })
  for (const source of ['{ at(at: 5) }', '{ at(at: "yesterday") }', '{ object(object: []) }', '{ object(object: "a") }', '{ object(object: null) x: json }']) {
    const { errors } = await graphql({ schema, source, contextValue: context() })
    t.equal(errors?.length ?? 0, source.includes('null') ? 0 : 1, source)
  }
})

t.test('instants are answered as stores gave them', async t => {
  const at = (value: unknown): GraphqlModule => ({ sdl: 'extend type Query { at: DateTime }', resolvers: { Query: { at: () => value } } })
  const answer = async (value: unknown) => plain(await graphql({ schema: makeSchema([at(value)], ''), source: '{ at }' }))
  t.strictSame(await answer('2026-11-22T09:30:00.000Z'), { data: { at: '2026-11-22T09:30:00.000Z' } })
  t.strictSame(await answer(new Date(0)), { data: { at: '1970-01-01T00:00:00.000Z' } })
  t.match(await answer(5), { data: { at: null }, errors: [{ path: ['at'] }] })
})

t.test('a page becomes a connection', async t => {
  let counted = 0
  const rows = [{ id: 'a' }, { id: 'b' }]
  const cursorOf = ({ id }: { id: string }): string => `after ${id}`
  const module: GraphqlModule = {
    sdl: connectionSdl('Thing') + `
      extend type Query { things: ThingConnection! counted: ThingConnection! none: ThingConnection! }`,
    resolvers: {
      Query: {
        things: () => connection({ data: rows, page: { hasMore: true, endCursor: 'after b' }, cursorOf }, async () => ++counted + 41),
        counted: () => connection({ data: rows, page: { hasMore: false, endCursor: 'after b' }, cursorOf }, 2),
        none: () => connection({ data: [], page: { hasMore: false, endCursor: null }, cursorOf })
      }
    }
  }
  const schema = makeSchema([module], 'type Thing { id: ID! }')
  const run = async (source: string) => plain(await graphql({ schema, source, contextValue: context() }))
  const whole = '{ edges { cursor node { id } } nodes { id } pageInfo { hasNextPage endCursor } }'
  t.strictSame(await run(`{ things ${whole} none ${whole} }`), {
    data: {
      things: {
        edges: [{ cursor: 'after a', node: { id: 'a' } }, { cursor: 'after b', node: { id: 'b' } }],
        nodes: rows,
        pageInfo: { hasNextPage: true, endCursor: 'after b' }
      },
      none: { edges: [], nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }
    }
  })
  t.equal(counted, 0, 'nothing is counted unasked')
  t.strictSame(await run('{ things { totalCount } counted { totalCount } none { totalCount } }'),
    { data: { things: { totalCount: 42 }, counted: { totalCount: 2 }, none: { totalCount: null } } })
})

t.test('a loader is made once for a request', t => {
  const contexts: unknown[] = []
  const thing = loader(ctx => {
    contexts.push(ctx)
    return new DataLoader<string, string>(async ids => ids.map(id => id.toUpperCase()))
  })
  const first = context()
  t.equal(thing(first), thing(first))
  t.not(thing(first), thing(context()))
  t.strictSame(contexts, ['caller', 'caller'])
  t.end()
})

t.test('unions know their types', async t => {
  const module: GraphqlModule = {
    sdl: 'extend type Query { either: [Either!]! }',
    resolvers: { Query: { either: () => [{ kind: 'a', a: 1 }, { kind: 'b', b: 2 }] } },
    unions: { Either: ({ kind }) => kind.toUpperCase() }
  }
  const schema = makeSchema([module], 'type A { a: Int } type B { b: Int } union Either = A | B')
  t.strictSame(plain(await graphql({ schema, source: '{ either { __typename ... on A { a } ... on B { b } } }' })),
    { data: { either: [{ __typename: 'A', a: 1 }, { __typename: 'B', b: 2 }] } })
})

t.test('mistakes of ours are found at boot', t => {
  const query = 'extend type Query { a: Int }'
  const resolve = { a: () => 1 }
  const mistakes: [GraphqlModule[], string, RegExp][] = [
    [[{ sdl: query, resolvers: {} }], '', /^Query has no resolver for a\.$/],
    [[{ sdl: query, resolvers: { Query: { ...resolve, b: () => 1 } } }], '', /^Query has no field b to resolve\.$/],
    [[{ sdl: query, resolvers: { Query: resolve, Thing: {} } }], '', /^There is no object type Thing/],
    [[{ sdl: query, resolvers: { Query: resolve }, unions: { Either: () => 'A' } }], '', /^There is no union Either/],
    [[{ sdl: query, resolvers: { Query: resolve } }, { sdl: '', resolvers: { Query: resolve } }], '', /^Query\.a is resolved twice\.$/],
    [[{ sdl: `${query} extend type Subscription { b: Int }`, resolvers: { Query: resolve, Subscription: { b: () => 1 } } }], '',
      /^Subscription has no resolver for b\.$/],
    [[{ sdl: `${query} extend type Query { thing: Thing }`, resolvers: { Query: resolve } }], 'type Thing { a: Missing }', /Unknown type "Missing"/],
    [[], '', /Query root type must be provided/]
  ]
  for (const [modules, types, message] of mistakes) t.throws(() => makeSchema(modules, types), { message }, String(message))
  t.end()
})

t.test('the contract is the same text whatever the order of the modules', t => {
  const other: GraphqlModule = { sdl: 'extend type Mutation { go: Int } extend type Query { a: Int }', resolvers: { Mutation: { go: () => 1 }, Query: { a: () => 1 } } }
  const text = printContract(makeSchema([echo, other], ''))
  t.equal(text, printContract(makeSchema([other, echo], '')))
  t.match(text, /type Mutation \{\n {2}go: Int\n\}/)
  t.match(text, /scalar DateTime @specifiedBy\(url: "https:\/\/www\.rfc-editor\.org\/rfc\/rfc3339"\)/)
  t.notMatch(text, 'type Subscription')
  t.end()
})

t.test('what was printed before makes the same schema, with what lists cost', t => {
  const before = graphqlSchema(modules)
  const after = makeSchema(modules, { whole: wholeSdl(modules, typesSdl()) })
  t.equal(printContract(after), printContract(before))
  const fields = (schema: GraphQLSchema) => Object.values(schema.getTypeMap()).filter(isObjectType).flatMap(type =>
    Object.values(type.getFields()).map(({ name, extensions, resolve, subscribe, args }) => [type.name, name, extensions, resolve?.toString(), subscribe?.toString(), args.map(arg => arg.description)]))
  t.same(fields(after), fields(before))
  const sized: GraphqlModule = { sdl: 'extend type Query { a: [Int] b: [Int] @listSize(assumedSize: 3) }', resolvers: { Query: { a: () => [], b: () => [] } } }
  for (const types of ['', { whole: wholeSdl([sized], '') }]) {
    t.same(Object.values(makeSchema([sized], types).getQueryType()!.getFields()).map(({ extensions }) => extensions.listSize), [undefined, 3])
  }
  t.throws(() => wholeSdl([{ sdl: 'extend type Query { thing: Thing }', resolvers: {} }], ''), /Unknown type "Thing"/)
  t.end()
})
