import { drizzle } from 'drizzle-orm/node-postgres'
import { contextOf, type Context, type Services } from '../src/context.js'
import type { Db, Statement as QueryOf } from '../src/db/connection.js'
import { scopes } from '../src/scopes.js'
import { idOf } from './fill/told.js'

/** One statement that the product sent, its values as text; what changes from call to call is `<<conv>>` or `<<newN>>`. */
export interface Statement { text: string, values: Array<string | null>, replan?: boolean }

const { prepareValue } = (await import('pg/lib/utils' as string)).default as { prepareValue: (value: unknown) => string | Buffer | null }
const textOf = (value: unknown): string | null => {
  const prepared = value === undefined || value === null ? null : prepareValue(value)
  return Buffer.isBuffer(prepared) ? `\\x${prepared.toString('hex')}` : prepared === null ? null : String(prepared)
}

function recording (inner: Db, statements: Statement[]): Db {
  const query = async (config: QueryOf | string, given?: unknown[]) => {
    const [text, values] = typeof config === 'string' ? [config, given] : [config.text, given ?? config.values]
    statements.push({ text, values: (values ?? []).map(textOf), ...(typeof config === 'object' && config.replan && { replan: true }) })
    return inner.$client.query(config, given)
  }
  return drizzle({ client: { query } as never }) as unknown as Db
}

/** The benchmark's key in a workspace. */
export function contextIn (services: Services, workspace: number): Context {
  const id = idOf('workspace', workspace, workspace)
  return contextOf(services, { workspaceId: id, actor: { kind: 'machine', id }, scopes: new Set(scopes), contactId: null, id },
    '01930000-0000-7000-8000-000000000000')
}

/** The SQL that a verb sends once it is warm, by doing it twice, as the benchmark's key in a workspace. */
export async function capture (services: Services, workspace: number, verb: (ctx: Context) => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = []
  await verb(contextIn(services, workspace))
  await verb(contextIn(recorded(services, statements), workspace))
  return generalised(statements)
}

/** The same services; what they send to the database is put down. */
export function recorded (services: Services, statements: Statement[]): Services {
  const { database } = services
  return {
    ...services,
    database: {
      ...database,
      read: recording(database.read, statements),
      async begin () {
        const { db, commit, rollback } = await database.begin()
        statements.push({ text: 'begin', values: [] })
        return {
          db: recording(db, statements),
          async commit (last) {
            await commit(db => last(recording(db, statements)))
            statements.push({ text: 'commit', values: [] })
          },
          rollback
        }
      }
    }
  }
}

/** New ids, and the number of the conversation that was asked for (always the first), become variables, and so do its thread and the contact. */
function generalised (statements: Statement[]): Statement[] {
  const made = new Map<string, number>()
  const variable = (id: string): string => {
    if (!made.has(id)) made.set(id, made.size + 1)
    return `0193ffff-ffff-7000-8000-<<new${made.get(id)}>>`
  }
  const change = (value: string | null) => value && value
    .replace(/01[0-9a-f]{6}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, variable)
    .replaceAll('00000001-c000', '<<conv>>-c000')
    .replaceAll('thread:t-1', 'thread:t-<<thread>>')
    .replaceAll('customer-1@', 'customer-<<contact>>@')
    .replace(/bench-new-\d+/g, 'bench-<<new1>>')
  return statements.map(statement => ({ ...statement, values: statement.values.map(change) }))
}
