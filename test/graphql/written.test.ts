import fc, { type GeneratorValue } from 'fast-check'
import { getNamedType, getOperationAST, isLeafType, isObjectType, parse } from 'graphql'
import t from 'tap'
import { graphqlSchema } from '../../src/graphql/face.js'
import { writingOf } from '../../src/graphql/written.js'
import { modules } from '../../src/resources/index.js'
import { startApp } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const schema = graphqlSchema(modules)
const writers = new Map(modules.flatMap(module => Object.entries(module.writers ?? {})))
const isWritten = (query: string): boolean => {
  const document = parse(query)
  return writingOf(schema, document, getOperationAST(document)!, writers) !== null
}
const { workspace } = await startApp(t)

/** Keys that mean something to JavaScript, and one that Postgres would cut. */
const keys = ['constructor', 'then', 'toString', 'a', 'json', 'at', 'id', 'x'.repeat(61)]
const related = ['contact', 'company', 'assignee', 'team', 'channel', 'tags', 'lastMessage', 'messages']

/** The keys of what is asked for, in their order; those of objects that are kept in a column are in no order. */
const keysOf = ({ first, conversations: { nodes, edges } }: any): string[][] => [first, nodes?.[0] ?? edges[0].node].map(row => Object.keys(row))

/** What may be asked of a type; objects in a column whole or in part. */
function selection (draw: GeneratorValue, typeName: string, depth: number): string {
  const type = schema.getType(typeName)
  if (!isObjectType(type)) throw new Error(typeName)
  const oneIn = (n: number): boolean => draw(fc.nat, { max: n - 1 }) === 0
  const aliased = (field: string): string => oneIn(12) ? `${keys[draw(fc.nat, { max: keys.length - 1 })]}${fields.findIndex(({ name }) => name === field) || ''}: ${field}` : field
  const fields = Object.values(type.getFields()).filter(({ args }) => !args.length)
  const whole = (name: string): string => Object.values((schema.getType(name) as typeof type).getFields()).map(field => field.name).join(' ')
  const chosen = fields.flatMap(field => {
    const inner = getNamedType(field.type)
    if (isLeafType(inner)) return oneIn(3) ? [aliased(field.name)] : []
    if (['Actor', 'ContactIdentity', 'Attachment', 'Recipient', 'Identity'].includes(inner.name)) return oneIn(3) ? [`${aliased(field.name)} { ${oneIn(4) ? '__typename' : whole(inner.name)} }`] : []
    return related.includes(field.name) && depth > 0 && oneIn(3) ? [`${aliased(field.name)} { ${selection(draw, inner.name, depth - 1)} }`] : []
  })
  const all = ['__typename', ...chosen]
  return oneIn(5) ? `${all[0]} ... on ${typeName} { ${all.slice(1).join(' ') || '__typename'} }` : all.join(' ')
}

t.test('what the database writes is what resolvers answer', async t => {
  const w = await workspace()
  const { conversation, ann, refund, angry, team } = await supportTeam(w)
  const one = await conversation({ assigneeId: ann.id, teamId: team.id, tagIds: [refund.id, angry.id] })
  await conversation()
  await w.post(`/v1/conversations/${one.id}/reply`, { text: 'hello', html: '<b>hello</b>' })
  await w.post(`/v1/conversations/${one.id}/notes`, { text: 'hm' })
  await w.post(`/v1/conversations/${one.id}/resolve`)
  let written = 0
  await fc.assert(fc.asyncProperty(fc.gen(), async draw => {
    const row = selection(draw, 'Conversation', 2)
    const list = [`nodes { ${row} }`, `edges { c: cursor node { ${row} } }`][draw(fc.nat, { max: 1 })]!
    const rest = ['', 'totalCount', 'pageInfo { more: hasNextPage endCursor }', '__typename totalCount pageInfo { endCursor }'][draw(fc.nat, { max: 3 })]!
    const query = (directive: string): string => `query ($id: ID!) { first: conversation(id: $id) ${directive} { ${row} } conversations(first: 2, filter: { status: { in: [new, open, resolved] } }) ${directive} { ${list} ${rest} } }`
    written += Number(isWritten(query('')))
    const [byDatabase, byResolvers] = await Promise.all(['', '@include(if: true)'].map(directive => w.graphql(query(directive), { id: one.id })))
    t.equal(byDatabase!.errors, undefined)
    t.strictSame(byDatabase!.data, byResolvers!.data, query(''))
    t.strictSame(keysOf(byDatabase!.data), keysOf(byResolvers!.data))
  }), { numRuns: 150 })
  t.ok(written > 50, `${written} of 150 were written by the database`)
})

t.test('what only resolvers know is left to them, and so is what goes wrong', async t => {
  for (const query of [
    '{ conversations { nodes { id clocks { state } } } }', '{ conversations { nodes { contact { company { name } } } } }', '{ conversations { totalCount } }',
    '{ conversations { nodes { id @skip(if: false) } } }', '{ me: conversations { nodes { resolvedBy { kind } } } }', '{ tags { nodes { id } } }',
    '{ conversations { nodes { id } edges { cursor node { id } } } }', `{ conversations { nodes { ${'x'.repeat(61)}: id } } }`
  ]) t.equal(isWritten(query), false, query)
  t.equal(isWritten('query Q { conversations { ...F } } fragment F on ConversationConnection { nodes { ...G } } fragment G on Conversation { id tags { name } }'), true)
  const w = await workspace()
  const { conversation } = await supportTeam(w)
  const { id } = await conversation()
  t.match((await w.graphql('{ conversation(id: "01930000-0000-7000-8000-000000000001") { id } }')).errors, [{ path: ['conversation'], extensions: { code: 'notFound' } }])
  t.match((await w.graphql('{ conversations(first: 1000) { nodes { id } } }')).errors, [{ path: ['conversations'], extensions: { code: 'invalid' } }])
  t.match((await (await w.withScopes(['tags:read'])).graphql(`{ conversation(id: "${id}") { id } }`)).errors, [{ extensions: { code: 'forbidden' } }])
  t.match((await (await workspace()).graphql(`{ conversation(id: "${id}") { id } }`)).errors, [{ extensions: { code: 'notFound' } }])
})
