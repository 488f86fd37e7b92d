import { and, eq, inArray } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, externalIdOf, insertRow, updateRow } from '../../db/rows.js'
import { channelFilters, type Channel, type ChannelQuery } from './channel.shapes.js'
import { channels } from './channel.table.js'

const columns = columnsOf(channels)
/** Written out, because every message that comes in asks for it. */
const selected = Object.entries(columns as Record<string, PgColumn>).map(([name, column]) => `${column.name} as "${name}"`).join(', ')
export type ChannelRow = Omit<typeof channels.$inferSelect, 'workspaceId'>

const sorts: Record<string, Sort> = {
  nameAsc: { column: channels.name, field: 'name', direction: 'asc', cast: 'text' },
  nameDesc: { column: channels.name, field: 'name', direction: 'desc', cast: 'text' },
  createdAtAsc: { column: channels.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: channels.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}

/** A row as the API shows it: whether there is a secret, never the secret. */
export function channelShape ({ hookSecretHash, settings, ...row }: ChannelRow): Channel {
  return { ...row, hasHookSecret: hookSecretHash !== null, hookPath: `/hooks/${row.id}` } as Channel
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<ChannelRow | undefined> {
  const external = externalIdOf(ref)
  return (await rows<ChannelRow>(db, `select ${selected} from channels where workspace_id = $1 and ${external === null ? 'id' : 'external_id'} = $2`, [workspaceId, external ?? ref]))[0]
}

/** Which one is referred to, and its version; undefined where there is none. */
export async function stampOf (db: Db, workspaceId: string, ref: string): Promise<Pick<ChannelRow, 'id' | 'version'> | undefined> {
  const external = externalIdOf(ref)
  return (await rows<ChannelRow>(db, `select id, version from channels where workspace_id = $1 and ${external === null ? 'id' : 'external_id'} = $2`, [workspaceId, external ?? ref]))[0]
}

export async function hold (db: Db, workspaceId: string, ref: string): Promise<ChannelRow | undefined> {
  return (await db.select(columns).from(channels).where(byRef(channels, workspaceId, ref)).for('update'))[0]
}

export const findMany = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<ChannelRow[]> =>
  db.select(columns).from(channels).where(and(eq(channels.workspaceId, workspaceId), inArray(channels.id, [...ids])))

export async function list (db: Db, workspaceId: string, query: ChannelQuery): Promise<Page<Channel>> {
  const where = [
    eq(channels.workspaceId, workspaceId),
    query.kind && eq(channels.kind, query.kind),
    query.state && eq(channels.state, query.state),
    channelFilters.where(query.filter)
  ].map(part => part || undefined)
  return listPage({
    sorts, sort: query.sort, id: channels.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(channels).where(where).orderBy(order).limit(limit),
    total: () => db.$count(channels, and(...where)),
    toShape: channelShape
  })
}

export const insert = (db: Db, workspaceId: string, values: object): Promise<ChannelRow> => insertRow(db, channels, workspaceId, values)
export const update = (db: Db, workspaceId: string, id: string, changes: object): Promise<ChannelRow> => updateRow(db, channels, workspaceId, id, changes)

/** The channel behind a hook's address, whatever its workspace: the hook's secret says whether the caller may. */
export async function findForHook (db: Db, id: string): Promise<{ workspaceId: string, channel: ChannelRow } | undefined> {
  const [found] = await rows<{ workspace_id: string }>(db, 'select workspace_id from channels where id = $1', [id])
  const channel = found && await find(db, found.workspace_id, id)
  return channel && { workspaceId: found.workspace_id, channel }
}
