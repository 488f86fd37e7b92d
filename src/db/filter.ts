import { sql, type SQL, type SQLWrapper } from 'drizzle-orm'
import { z } from 'zod'
import { ApiError } from '../errors.js'
import { input, inputOf, instantInput, text, id as uuid } from '../shapes.js'

/** One field that a list may be filtered by: the condition that callers write, and its SQL. */
export interface FilterField { condition: z.ZodType, where: (condition: never) => SQL }

type Column = SQLWrapper
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(100).optional().describe('Is one of these, up to 100.')
const unset = z.boolean().optional().describe('true: has no value; false: has one.')

export const TextCondition = input('TextCondition', 'A condition on text; all that are given must hold.', {
  eq: text(1000).optional().describe('Is exactly this.'),
  in: list(text(1000)),
  startsWith: text(200).optional().describe('Starts with this, in the same case.'),
  isNull: unset
})
export const IdCondition = input('IdCondition', 'A condition on an id; all that are given must hold.', {
  eq: uuid().optional().describe('Is this one.'),
  in: list(uuid()),
  isNull: unset
})
export const TimeCondition = input('TimeCondition', 'A condition on an instant (RFC 3339); all that are given must hold.', {
  lt: instantInput().optional().describe('Before.'),
  lte: instantInput().optional().describe('Before or at.'),
  gt: instantInput().optional().describe('After.'),
  gte: instantInput().optional().describe('At or after.'),
  isNull: unset
})
export const NumberCondition = input('NumberCondition', 'A condition on a number; all that are given must hold.', {
  eq: z.number().optional().describe('Equals.'),
  in: list(z.number()),
  lt: z.number().optional().describe('Less than.'),
  lte: z.number().optional().describe('At most.'),
  gt: z.number().optional().describe('More than.'),
  gte: z.number().optional().describe('At least.'),
  isNull: unset
})
export const HasCondition = input('HasCondition', 'A condition on a list of words; all that are given must hold.', {
  eq: text(200).optional().describe('Has this one.'),
  in: list(text(200))
})
const conditions = new Map<string, z.ZodType>()

/** A condition on a closed list of words; one shape however many nouns use it. */
export function choiceCondition<T extends z.ZodType> (name: string, words: T): z.ZodType {
  const known = conditions.get(name) ?? input(`${name}Condition`, `A condition on ${name}; all that are given must hold.`, {
    eq: words.optional().describe('Is this one.'),
    in: list(words),
    isNull: unset
  })
  conditions.set(name, known)
  return known
}

const operators: Record<string, (column: Column, value: never) => SQL> = {
  eq: (column, value) => sql`${column} = ${value}`,
  in: (column, value: unknown[]) => sql`${column} = any(${sql.param(value)})`,
  lt: (column, value) => sql`${column} < ${value}`,
  lte: (column, value) => sql`${column} <= ${value}`,
  gt: (column, value) => sql`${column} > ${value}`,
  gte: (column, value) => sql`${column} >= ${value}`,
  // A range, not `starts_with`: an index on the column `collate "C"` serves it also in a prepared statement.
  startsWith: (column, value) => sql`(${column} collate "C" >= ${value} and ${column} collate "C" < ${`${value as string}\u{10ffff}`})`,
  isNull: (column, value) => value ? sql`${column} is null` : sql`${column} is not null`
}

/** The SQL of a condition object on one column; an empty condition holds always. */
export function conditionOn (column: Column, condition: Record<string, unknown>): SQL {
  const parts = Object.entries(condition).filter(([, value]) => value !== undefined && value !== null)
    .map(([operator, value]) => operators[operator]!(column, value as never))
  return parts.length ? sql.join(parts, sql` and `) : sql`true`
}

export const on = (condition: z.ZodType, column: Column): FilterField =>
  ({ condition, where: (given: never) => conditionOn(column, given) })

/** A field that lives in another table: `exists` wraps the condition on its column into a subquery. */
export const within = (condition: z.ZodType, column: Column, exists: (inner: SQL) => SQL): FilterField =>
  ({ condition, where: (given: never) => exists(conditionOn(column, given)) })

/** On a column that is a list of words. */
export const onList = (column: Column): FilterField => ({
  condition: HasCondition,
  where: ({ eq, in: some }: { eq?: string, in?: string[] }) => {
    const parts = [eq === undefined ? [] : [eq], some ?? []].filter(words => words.length)
      .map(words => sql`${column} && ${sql.param(words)}::text[]`)
    return parts.length ? sql.join(parts, sql` and `) : sql`true`
  }
})

/** A field that is kept in lower case, whatever case the condition is written in. */
export const onLowered = (column: Column): FilterField => ({
  condition: TextCondition,
  where: (given: Record<string, unknown>) => conditionOn(column, lowered(given) as Record<string, unknown>)
})
const lowered = (value: unknown): unknown => typeof value === 'string'
  ? value.toLowerCase()
  : Array.isArray(value) ? value.map(lowered)
    : value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, lowered(each)])) : value

/** The filter of the parameters that were given, each as a value to equal; the filter object beside them, if any, too. */
export function givenFilter (parameters: Record<string, unknown>, filter?: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  const own = Object.entries(parameters).filter(([, value]) => value !== undefined).map(([field, value]) => [field, { eq: value }])
  return { ...Object.fromEntries(own), ...more, ...(filter && { and: [filter] }) }
}

/** The condition of a parameter that asks whether a field has a value; nothing when it was not given. */
export const givenIsSet = (field: string, flag: boolean | undefined): Record<string, unknown> =>
  flag === undefined ? {} : { [field]: { isNull: !flag } }

export interface Filters<T = Record<string, unknown>> { shape: z.ZodType<T>, where: (filter: T | undefined | null) => SQL | undefined }

const maxDepth = 6
const maxNodes = 100

/** The and/or/not filter of a noun: its input shape on both faces, and its SQL. */
export function filters (noun: string, fields: Record<string, FilterField>): Filters {
  const name = `${noun}Filter`
  const group = (description: string) => ({ get: () => z.array(shape).min(1).max(20).optional().describe(description) })
  const shape: z.ZodType<Record<string, unknown>> = inputOf(name, `Selects ${noun} resources; everything that is given must hold.`, z.strictObject({
    get and () { return group('All of these hold.').get() },
    get or () { return group('At least one of these holds.').get() },
    get not () { return shape.optional().describe('This does not hold; what has no value counts as not holding.') },
    ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.condition.optional().describe(`A condition on \`${key}\`.`)]))
  }) as unknown as z.ZodType<Record<string, unknown>>)

  let nodes = 0
  const build = (filter: Record<string, unknown>, depth: number): SQL => {
    if (depth > maxDepth || ++nodes > maxNodes) {
      throw new ApiError('tooComplex', `A filter may be ${maxDepth} levels deep and have ${maxNodes} parts.`)
    }
    const parts: SQL[] = []
    for (const [key, value] of Object.entries(filter)) {
      if (value === undefined || value === null) continue
      const groups = (value as Array<Record<string, unknown>>)
      if (key === 'and') parts.push(...groups.map(each => build(each, depth + 1)))
      else if (key === 'or') parts.push(sql`(${sql.join(groups.map(each => build(each, depth + 1)), sql` or `)})`)
      else if (key === 'not') parts.push(sql`(${build(value as Record<string, unknown>, depth + 1)}) is not true`)
      else parts.push(fields[key]!.where(value as never))
    }
    return parts.length ? sql`(${sql.join(parts, sql` and `)})` : sql`true`
  }
  return {
    shape,
    where (filter) {
      nodes = 0
      return filter ? build(filter, 1) : undefined
    }
  }
}
