import { rows, type Db } from '../../db/connection.js'
import { insertMany } from '../../db/many.js'
import type { MessageRow } from './message.row.js'
import { messages } from './message.table.js'

export interface KnownMessage { id: string, conversationId: string, channelId: string, externalId: string, kind: MessageRow['kind'] }

/** The messages that their channels know by these ids. */
export const findByExternalIds = async (db: Db, workspaceId: string, given: ReadonlyArray<{ channelId: string, externalId: string }>): Promise<KnownMessage[]> =>
  given.length === 0 ? [] : rows<KnownMessage>(db, `select m.id, m.conversation_id as "conversationId", m.channel_id as "channelId", m.external_id as "externalId", m.kind
    from unnest($2::uuid[], $3::text[]) as g (channel_id, external_id)
    cross join lateral (select * from messages where workspace_id = $1 and channel_id = g.channel_id and external_id = g.external_id limit 1) m`,
  [workspaceId, given.map(each => each.channelId), given.map(each => each.externalId)])

export const insertAll = (db: Db, many: readonly MessageRow[]): Promise<unknown> => insertMany(db, messages, many)

export interface MessageChange { id: string, deliveryState?: 'failed', countsForService?: boolean }

/** Writes what is known later of messages that were there. */
export const changeMany = async (db: Db, workspaceId: string, now: string, changes: readonly MessageChange[]): Promise<unknown> =>
  changes.length === 0 ? undefined : rows(db, `update messages m set version = m.version + 1, updated_at = $2,
      delivery_state = coalesce(g.delivery_state, m.delivery_state), counts_for_service = coalesce(g.counts, m.counts_for_service)
    from unnest($3::uuid[], $4::text[], $5::boolean[]) as g (id, delivery_state, counts) where m.workspace_id = $1 and m.id = g.id`,
  [workspaceId, now, changes.map(({ id }) => id), changes.map(({ deliveryState }) => deliveryState ?? null), changes.map(({ countsForService }) => countsForService ?? null)])
