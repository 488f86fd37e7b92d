import { getTableColumns } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Fact } from '../../clock/facts.js'
import { rows, type Db } from '../../db/connection.js'
import { insertMany } from '../../db/many.js'
import type { ConversationRow } from './conversation.row.js'
import { conversations } from './conversation.table.js'
import { dataOf } from './fact.store.js'

const selected = Object.entries(getTableColumns(conversations) as Record<string, PgColumn>).map(([name, column]) => `${column.name} as "${name}"`).join(', ')

/** The conversations with these external ids themselves, merged ones too, locked until the transaction ends. */
export const holdByExternalIds = async (db: Db, workspaceId: string, externalIds: readonly string[]): Promise<ConversationRow[]> =>
  rows<ConversationRow>(db, `select ${selected} from conversations where workspace_id = $1 and id = any(array(
    select c.id from unnest($2::text[]) as g (name)
    cross join lateral (select id from conversations where workspace_id = $1 and external_id = g.name limit 1) c)) order by id for no key update`, [workspaceId, externalIds])

/** `asking`: for their clocks to be computed. */
export const insertAll = (db: Db, many: readonly ConversationRow[], asking: boolean): Promise<unknown> =>
  insertMany(db, conversations, many, asking ? { clocks_asked: 'true' } : {})

/** Writes facts of many conversations in one statement. */
export const insertAllFacts = async (db: Db, workspaceId: string, many: ReadonlyArray<{ conversationId: string, fact: Fact }>): Promise<unknown> => rows(db,
  `insert into conversation_facts (workspace_id, conversation_id, id, kind, occurred_at, recorded_at, sequence, actor_kind, actor_id, data)
   select $1, * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[], $8::text[], $9::text[], $10::json[])`,
  [
    workspaceId, many.map(({ conversationId }) => conversationId), many.map(({ fact }) => fact.id), many.map(({ fact }) => fact.kind),
    many.map(({ fact }) => new Date(fact.occurredAt).toISOString()), many.map(({ fact }) => new Date(fact.recordedAt).toISOString()),
    many.map(({ fact }) => fact.sequence), many.map(({ fact }) => fact.actor.kind), many.map(({ fact }) => fact.actor.id),
    many.map(({ fact }) => dataOf(fact))
  ])

export interface Thread { channelId: string, key: string, conversationId: string }

/** From now on these keys lead to these conversations; what led elsewhere before stays. */
export const insertAllThreads = async (db: Db, workspaceId: string, many: readonly Thread[]): Promise<unknown> => many.length === 0
  ? undefined
  : rows(db, `insert into conversation_threads (workspace_id, channel_id, key, conversation_id)
    select $1, * from unnest($2::uuid[], $3::text[], $4::uuid[]) on conflict do nothing`,
  [workspaceId, many.map(({ channelId }) => channelId), many.map(({ key }) => key), many.map(({ conversationId }) => conversationId)])
