import { createHash } from 'node:crypto'
import { sql, type SQL, type SQLWrapper } from 'drizzle-orm'
import { z } from 'zod'
import { input, text } from '../shapes.js'
import type { FilterField } from './filter.js'

const plain = () => z.union([text(1000), z.number(), z.boolean()]).meta({ graphql: 'JSON' })
const ordered = () => z.union([z.number(), text(100)]).meta({ graphql: 'JSON' })

export const AttributeCondition = input('AttributeCondition', 'A condition on one attribute; all that are given must hold.', {
  key: z.string().min(1).max(64).describe('The attribute\'s key.'),
  eq: plain().optional().describe('Is exactly this (text, number, boolean, or a date such as 2026-03-01); a `choices` attribute: has this one.'),
  in: z.array(plain()).min(1).max(50).meta({ graphql: '[JSON!]' }).optional().describe('Is one of these, up to 50; a `choices` attribute: has one of these.'),
  lt: ordered().optional().describe('Less than this number, or before this date.'),
  lte: ordered().optional().describe('At most this number, or at or before this date.'),
  gt: ordered().optional().describe('More than this number, or after this date.'),
  gte: ordered().optional().describe('At least this number, or at or after this date.'),
  isNull: z.boolean().optional().describe('true: has no value; false: has one.')
})
export type AttributeCondition = z.output<typeof AttributeCondition>

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::jsonb`

/** Containment, in the two forms that a value may be kept in; a GIN index on the column serves both. */
const equals = (column: SQLWrapper, key: string, value: unknown, words?: SQLWrapper): SQL => words
  ? sql`${words} @> array[${word(key, value)}]::text[]`
  : sql`(${column} @> ${json({ [key]: value })} or ${column} @> ${json({ [key]: [value] })})`

/** The index finds who has the attribute at all, which is what it can do for an order or for having a value. */
const has = (column: SQLWrapper, key: string, words?: SQLWrapper): SQL => words ? sql`${words} @> array[${key}]::text[]` : sql`${column} ? ${key}::text`

const comparisons = { lt: sql`<`, lte: sql`<=`, gt: sql`>`, gte: sql`>=` } as const

/** Numbers with numbers, dates with dates: what is kept as another type is never in order with it. */
const compares = (column: SQLWrapper, key: string, than: SQL, value: unknown): SQL => typeof value === 'number'
  ? sql`case when jsonb_typeof(${column} -> ${key}::text) = 'number' then (${column} ->> ${key}::text)::numeric ${than} ${value}::numeric end`
  : sql`case when jsonb_typeof(${column} -> ${key}::text) = 'string' then (${column} ->> ${key}::text) collate "C" ${than} ${value} end`

/** The SQL of one condition on a column of attributes (jsonb), by its words where there are any. */
export function attributeCondition (column: SQLWrapper, { key, eq, in: some, isNull, ...bounds }: AttributeCondition, words?: SQLWrapper): SQL {
  const parts: SQL[] = []
  if (eq !== undefined && eq !== null) parts.push(equals(column, key, eq, words))
  if (some) parts.push(sql`(${sql.join(some.map(value => equals(column, key, value, words)), sql` or `)})`)
  for (const [name, than] of Object.entries(comparisons)) {
    const value = bounds[name as keyof typeof comparisons]
    if (value !== undefined && value !== null) parts.push(has(column, key, words), compares(column, key, than, value))
  }
  if (isNull !== undefined && isNull !== null) parts.push(isNull ? sql`not ${has(column, key, words)}` : has(column, key, words))
  return parts.length ? sql`(${sql.join(parts, sql` and `)})` : sql`true`
}

/** The filter field `attributes`: conditions that all hold. `words` is a column of `attributeWords`, where a table has one. */
export const onAttributes = (column: SQLWrapper, words?: SQLWrapper): FilterField => ({
  condition: z.array(AttributeCondition).min(1).max(20).describe('Conditions on attributes, up to 20; all of them hold.'),
  where: (conditions: AttributeCondition[]) => sql.join(conditions.map(each => attributeCondition(column, each, words)), sql` and `)
})

/** In bytes; an index takes no longer ones than 2,700 with everything beside them. */
const longestWord = 2000

/** An attribute with one of its values, as a word; of a value that is too long for an index, its digest. JSON never begins with `#`. */
export function word (key: string, value: unknown): string {
  const json = JSON.stringify(value)
  const whole = `${key}=${json}`
  return Buffer.byteLength(whole) <= longestWord ? whole : `${key}=#${createHash('sha256').update(json).digest('hex')}`
}

/**
 * Which attributes there are, and which with which value, as words: Postgres knows how common each word of a list is, and
 * nothing of what is in jsonb; so it can choose between the index of these and the order of the list.
 */
export const attributeWords = (attributes: Record<string, unknown>): string[] => Object.entries(attributes)
  .filter(([, value]) => value !== null)
  .flatMap(([key, value]) => [key, ...(Array.isArray(value) ? value : [value]).map(each => word(key, each))]).toSorted()
