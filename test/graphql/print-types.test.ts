import { buildSchema } from 'graphql'
import t from 'tap'
import { z } from 'zod'
import { printTypes } from '../../src/graphql/print-types.js'

type Registry = ReturnType<typeof z.registry<{ id?: string }>>
const scalarSdl = 'scalar DateTime\nscalar JSON\nscalar JSONObject\ntype Query { it: ID }\n'

/** The registry as the server prints it: inputs as they are sent, everything else as it is answered. */
function printed (fill: (registry: Registry) => void, inputs: string[] = []): string {
  const registry = z.registry<{ id?: string }>()
  fill(registry)
  const uri = (id: string) => `#/components/schemas/${id}`
  const sent = z.toJSONSchema(registry, { io: 'input', uri }).schemas
  const answered = z.toJSONSchema(registry, { io: 'output', uri }).schemas
  const schemas = Object.fromEntries(Object.keys(answered)
    .map(id => [id, (inputs.includes(id) ? sent : answered)[id]!]))
  return printTypes(schemas, { inputs: new Set(inputs) })
}

t.test('prints objects, enums and unions with their descriptions, in the order of their names', t => {
  const text = printed(registry => {
    const Status = z.enum(['new', 'onHold']).describe('Where it stands.')
      .meta({ 'x-enumDescriptions': { new: 'Nobody has answered.' } }).register(registry, { id: 'Status' })
    const Mail = z.object({ kind: z.literal('mail'), address: z.email() }).register(registry, { id: 'Mail' })
    const Phone = z.object({ kind: z.literal('phone'), number: z.string() }).register(registry, { id: 'Phone' })
    z.discriminatedUnion('kind', [Mail, Phone]).register(registry, { id: 'Identity' })
    z.object({
      id: z.uuid().describe('Made by the server.'),
      status: Status,
      before: Status.nullable().describe('What it was.\nNull at first.'),
      later: Status.optional(),
      at: z.iso.datetime(),
      resolvedAt: z.iso.datetime().nullable(),
      replies: z.int().min(0).max(1000),
      everyInteger: z.int(),
      sizeBytes: z.int().max(2 ** 40),
      elapsedMilliseconds: z.int().meta({ graphql: 'Float' }),
      share: z.number(),
      done: z.boolean(),
      tags: z.array(z.string()),
      holes: z.array(z.string().nullable()).nullable(),
      attributes: z.record(z.string(), z.unknown()),
      anything: z.unknown(),
      identities: z.array(z.discriminatedUnion('kind', [Mail, Phone]).register(registry, { id: 'Unused' }))
    }).describe('A thing.').register(registry, { id: 'Thing' })
  })
  t.equal(text, `union Identity = Mail | Phone

type Mail {
  kind: String!
  address: String!
}

type Phone {
  kind: String!
  number: String!
}

"""Where it stands."""
enum Status {
  """Nobody has answered."""
  new
  onHold
}

"""A thing."""
type Thing {
  """Made by the server."""
  id: ID!
  status: Status!
  """
  What it was.
  Null at first.
  """
  before: Status
  later: Status
  at: DateTime!
  resolvedAt: DateTime
  replies: Int!
  everyInteger: Int!
  sizeBytes: Float!
  elapsedMilliseconds: Float!
  share: Float!
  done: Boolean!
  tags: [String!]!
  holes: [String]
  attributes: JSONObject!
  anything: JSON
  identities: [Unused!]!
}

union Unused = Mail | Phone
`)
  const thing = buildSchema(scalarSdl + text).getType('Thing')!
  t.equal(thing.description, 'A thing.')
  t.end()
})

t.test('prints inputs: not required is optional, a default is printed', t => {
  const text = printed(registry => {
    const Status = z.enum(['new', 'onHold']).register(registry, { id: 'Status' })
    const Sender = z.object({ name: z.string().nullish() }).register(registry, { id: 'SenderInput' })
    const Filter: z.ZodType = z.object({ get and () { return z.array(Filter).optional() } }).register(registry, { id: 'Filter' })
    z.object({
      subject: z.string().optional(),
      note: z.string().nullable(),
      limit: z.int().max(100).default(25),
      quote: z.string().default('say "x"'),
      status: Status.default('new'),
      statuses: z.array(Status).default(['new', 'onHold']),
      nothing: z.string().nullable().default(null),
      options: z.record(z.string(), z.unknown()).default({ deep: [true] }),
      sender: Sender
    }).register(registry, { id: 'CreateThing' })
  }, ['CreateThing', 'SenderInput', 'Filter'])
  t.equal(text, `input CreateThing {
  subject: String
  note: String
  limit: Int! = 25
  quote: String! = "say \\"x\\""
  status: Status! = new
  statuses: [Status!]! = [new, onHold]
  nothing: String = null
  options: JSONObject! = {deep: [true]}
  sender: SenderInput!
}

input Filter {
  and: [Filter!]
}

input SenderInput {
  name: String
}

enum Status {
  new
  onHold
}
`)
  t.ok(buildSchema(scalarSdl + text))
  t.end()
})

t.test('looks through names of plain values', t => {
  t.equal(printed(registry => {
    const Email = z.email().nullable().register(registry, { id: 'Email' })
    const Attributes = z.record(z.string(), z.unknown()).register(registry, { id: 'Attributes' })
    z.object({ email: Email, attributes: Attributes, either: z.union([z.literal('a'), z.email()]) }).register(registry, { id: 'Person' })
  }), 'type Person {\n  email: String\n  attributes: JSONObject!\n  either: String!\n}\n')
  t.end()
})

t.test('refuses, naming the place, what GraphQL would have to name', t => {
  const object = (shape: z.ZodRawShape) => (registry: Registry) => { z.object(shape).register(registry, { id: 'Thing' }) }
  const refusals: [string, (registry: Registry) => void, RegExp][] = [
    ['an inline object', object({ part: z.array(z.object({ a: z.string() })) }), /^Thing\.part\[\]: give this object a name/],
    ['an inline enum', object({ status: z.enum(['a', 'b']).nullable() }), /^Thing\.status: give this enum a name/],
    ['an inline union', object({ either: z.union([z.uuid(), z.int()]) }), /^Thing\.either: give this union a name/],
    ['several types', object({ either: z.union([z.string(), z.number()]) }), /^Thing\.either: .*string or number/],
    ['a tuple', object({ pair: z.tuple([z.string()]) }), /^Thing\.pair: .*tuple/],
    ['recursive JSON', object({ any: z.json() }), /^Thing\.any: .*meta\(\{ graphql: 'JSON' \}\)/],
    ['an empty object', object({ none: z.object({}) }), /^Thing\.none: /],
    ['a field name', object({ 'a-b': z.string() }), /^Thing\.a-b: not a GraphQL name/],
    ['a reserved name', object({ __a: z.string() }), /^Thing\.__a: not a GraphQL name/],
    ['a name', registry => { z.string().register(registry, { id: 'my-thing' }) }, /^my-thing: not a GraphQL name/],
    ['an enum value', registry => { z.enum(['on-hold']).register(registry, { id: 'Status' }) }, /^Status: "on-hold"/],
    ['a word of the language', registry => { z.enum(['true']).register(registry, { id: 'Status' }) }, /^Status: "true"/]
  ]
  for (const [what, fill, message] of refusals) t.throws(() => printed(fill), { message }, what)
  t.equal(printed(object({ any: z.json().meta({ graphql: 'JSON' }) })), 'type Thing {\n  any: JSON\n}\n')
  t.end()
})

t.test('keeps inputs and outputs apart', t => {
  const both = (registry: Registry) => {
    const Address = z.object({ street: z.string() }).register(registry, { id: 'Address' })
    z.object({ address: Address }).register(registry, { id: 'CreateThing' })
  }
  t.throws(() => printed(both, ['CreateThing']), { message: 'CreateThing.address: Address is an output type and cannot be used here' })
  t.throws(() => printed(both, ['Address']), { message: 'CreateThing.address: Address is an input type and cannot be used here' })
  t.throws(() => printed(registry => {
    const A = z.object({ a: z.string() }).register(registry, { id: 'A' })
    const B = z.object({ b: z.string() }).register(registry, { id: 'B' })
    z.union([A, B]).register(registry, { id: 'Either' })
  }, ['A', 'B', 'Either']), { message: 'Either: GraphQL has no union of inputs' })
  t.end()
})
