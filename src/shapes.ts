import { z } from 'zod'
import { ApiError } from './errors.js'
import { maxNesting, nestsDeeper } from './validate.js'

/**
 * Shapes are written once, here and in `*.shapes.ts`: the OpenAPI components and the GraphQL types are printed from them.
 * The maker says which side a shape is on: `shape` is what we answer, `input` what we are sent, `choice` either.
 */
const shapes = new Map<string, { schema: z.ZodType, role: 'output' | 'input' | 'enum' }>()
const make = <T extends z.ZodType>(id: string, role: 'output' | 'input' | 'enum', schema: T): T => {
  if (shapes.has(id)) throw new Error(`Two shapes are named ${id}`)
  shapes.set(id, { schema, role })
  return schema
}

/** An object that the API answers: every field is there, null where it has no value. */
export const shape = <T extends z.ZodRawShape>(id: string, description: string, fields: T) =>
  make(id, 'output', z.object(fields).meta({ id, description }))

/** An object that callers send: an unknown field is an error that names it. */
export const input = <T extends z.ZodRawShape>(id: string, description: string, fields: T) =>
  make(id, 'input', z.strictObject(fields).meta({ id, description }))

/** An input that refers to itself, or is refined after it was made. */
export const inputOf = <T extends z.ZodType>(id: string, description: string, schema: T): T =>
  make(id, 'input', schema.meta({ id, description }) as T)

/** A closed list of words, the same on both faces. */
export const choice = <const T extends readonly [string, ...string[]]>(id: string, description: string, values: T) =>
  make(id, 'enum', z.enum(values).meta({ id, description }))

export const namedShapes = (): ReadonlyMap<string, { schema: z.ZodType, role: 'output' | 'input' | 'enum' }> => shapes

export const reference = (id: string): string => `#/components/schemas/${id}`

/** JSON Schema of every named shape; inputs as they are sent, the others as they are answered. */
export function namedSchemas (uri: (id: string) => string = reference): Record<string, Record<string, unknown>> {
  const print = (io: 'input' | 'output') => {
    // Only what is read below is printed: half the work, which every start waits for.
    const wanted = z.registry<{ id: string }>()
    for (const [id, { schema, role }] of shapes) if (role === io || role === 'enum') wanted.add(schema, { id })
    return z.toJSONSchema(wanted, { uri, io, unrepresentable: 'any' }).schemas as Record<string, Record<string, unknown>>
  }
  const [inputs, outputs] = [print('input'), print('output')]
  return Object.fromEntries([...namedShapes()].map(([id, { role }]) => {
    const { $schema, $id, id: _, ...schema } = (role === 'input' ? inputs : outputs)[id]!
    return [id, schema]
  }).toSorted(([a], [b]) => (a as string) < (b as string) ? -1 : 1))
}

/* Fields that every resource has. */

export const id = () => z.uuid()
/** An instant as it is answered: RFC 3339, UTC, milliseconds. */
export const at = () => z.string().meta({ format: 'date-time' })
/** An instant as it may be sent: RFC 3339 with any offset; kept in UTC with milliseconds. */
export const instantInput = () => z.iso.datetime({ offset: true }).transform(value => new Date(value).toISOString())
  .refine(value => value > '1970' && value < '2200', 'must lie between the years 1970 and 2199')

const lone = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/
/** Whether Postgres can keep it as text. */
export const writable = (value: string): boolean => !value.includes('\0') && !lone.test(value)
const unwritable = 'holds a NUL or half a surrogate pair, which text cannot have'

/** Text of several lines, at most `max` UTF-16 units. */
export const text = (max: number, min = 0) => z.string().min(min).max(max).refine(writable, unwritable)
/** One line, trimmed, not empty. */
export const line = (max: number) => z.string().trim().min(1).max(max).regex(/^[^\n\r\u2028\u2029]*$/, 'must be one line')
  .refine(writable, unwritable)
/** The integrator's own id. */
export const externalIdInput = () => line(255).describe('Your own id for it, unique among its kind in the workspace.')

export const resourceFields = {
  id: id().describe('Made by the server, UUIDv7: sorts by creation.'),
  externalId: z.string().nullable().describe('Your own id, unique among its kind in the workspace.'),
  version: z.int().describe('Counts the changes; it is the ETag, and what If-Match and ifVersion name.'),
  createdAt: at().describe('When it was created here.'),
  updatedAt: at().describe('When it last changed.')
}

/** `018f…` or `external:crm-42`: how a path or a GraphQL argument names a resource. */
export const Ref = z.string().max(300).refine(value => value.startsWith('external:') ? value.length > 9 : z.uuid().safeParse(value).success,
  'must be a UUID, or external: and your own id')
  .describe('The id, or `external:` and your own id.')
export type Ref = z.output<typeof Ref>

export const RefParams = z.object({ id: Ref })

/** Free-form JSON object with bounds. */
export const json = (maxKeys: number) => z.record(z.string().min(1).max(100), z.unknown())
  .refine(value => Object.keys(value).length <= maxKeys, `has more than ${maxKeys} keys`)
  .refine(value => JSON.stringify(value).length <= 16_384, 'is larger than 16 KiB')
  .refine(value => writable(JSON.stringify(value)) && !JSON.stringify(value).includes('\\u0000') &&
    !/\\ud[89a-f][0-9a-f]{2}/i.test(JSON.stringify(value)), unwritable)

/** Attributes as they are sent: those that are named change, null clears one, the others stay. */
export const attributesInput = () => z.record(z.string().min(1).max(64), z.unknown())
  .refine(value => Object.keys(value).length <= 200, 'has more than 200 keys')
  .describe('Your own typed fields, as the attributes of the workspace define them: those that are named change, null clears one, the others stay.')
/** Attributes as they are answered. */
export const attributesShape = () => z.record(z.string(), z.unknown()).describe('Your own typed fields that have a value.')

/* Pages. */

export const PageInfo = make('Page', 'output', z.object({
  hasMore: z.boolean().describe('Whether there is a next page.'),
  endCursor: z.string().nullable().describe('Give it as `after` for the next page; null when the page is empty.'),
  total: z.int().optional().describe('How many match in all; only with `count=true`.')
}).meta({ id: 'Page', description: 'Where one is in a list.' }))

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(25).describe('How many at most, 1 to 100.'),
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before.'),
  count: z.enum(['true', 'false']).default('false').transform(value => value === 'true')
    .describe('Whether to count all that match.')
}

/** The same in a body. */
export const pageBody = {
  limit: z.int().min(1).max(100).default(25).describe('How many at most, 1 to 100.'),
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before.'),
  count: z.boolean().default(false).describe('Whether to count all that match.')
}

/** A parameter of a URL that is `true` or `false`. */
export const flag = () => z.enum(['true', 'false']).transform(value => value === 'true')

/** The list of a noun, as REST answers it. */
export const listOf = (noun: string, item: z.ZodType) =>
  make(`${noun}List`, 'output', z.object({
    data: z.array(item).describe('The page itself, in the order that was asked for.'),
    page: PageInfo.describe('Where it ends, and whether there is another.')
  })
    .meta({ id: `${noun}List`, description: `A page of ${noun} resources.` }))

export const UpsertOutcome = choice('UpsertOutcome', 'What an upsert did.', ['created', 'updated', 'unchanged'])

/** The answer of a `PUT` on `external:…`: what was done, and the resource under its noun. */
export const upsertedShape = <T extends z.ZodType>(noun: string, resource: T) => shape(`Upserted${noun}`, `What an upsert of a ${noun} did.`, {
  outcome: UpsertOutcome.describe('Whether it was created, updated, or already was like this.'),
  resource: resource.describe('As it is now.') as unknown as T
})

/** A parameter of a URL that holds JSON of a named shape. */
export const jsonParameter = <T extends z.ZodType>(schema: T) => z.string().max(16_384).meta({
  contentMediaType: 'application/json',
  contentSchema: { $ref: reference(z.globalRegistry.get(schema)!.id!) }
}).transform((value, context) => {
  if (nestsDeeper(value)) throw new ApiError('tooComplex', `A parameter nests deeper than ${maxNesting} levels.`)
  try { return JSON.parse(value) as unknown } catch { context.addIssue('is not JSON'); return z.NEVER }
}).pipe(schema)
