import { getTableColumns, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { rows, type Db } from '../../db/connection.js'
import { externalIdOf } from '../../db/rows.js'
import { wideRows } from '../../db/wide.js'
import type { Priority } from '../../clock/facts.js'
import type { ConversationRow } from './conversation.row.js'
import { conversations } from './conversation.table.js'

const columns = Object.entries(getTableColumns(conversations) as Record<string, PgColumn>)
const selected = columns.map(([name, column]) => `c.${column.name} as "${name}"`).join(', ')
const wide = wideRows<ConversationRow>(conversations)

/**
 * The conversation that a reference names, locked until the transaction ends. A merged one leads to the one that answers
 * for it.
 */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<ConversationRow | undefined> {
  const external = externalIdOf(ref)
  const [row] = await wide(db, `select ${selected} from conversations c
    where c.workspace_id = $1 and ${external === null ? 'c.id' : 'c.external_id'} = $2 for no key update`, [workspaceId, external ?? ref])
  return row?.mergedIntoId ? hold(db, workspaceId, row.mergedIntoId) : row
}

/** As `hold`, but the merged one itself. */
export async function holdItself (db: Db, workspaceId: string, id: string): Promise<ConversationRow | undefined> {
  const [row] = await wide(db,
    `select ${selected} from conversations c where c.workspace_id = $1 and c.id = $2 for no key update`, [workspaceId, id])
  return row
}

const written = columns.filter(([name]) => name !== 'workspaceId')
const insertText = `insert into conversations (workspace_id, ${written.map(([, column]) => column.name).join(', ')})
  values ($1, ${written.map((_, index) => `$${index + 2}`).join(', ')})`

const value = (column: PgColumn, given: unknown): unknown =>
  given !== null && ['json', 'jsonb'].includes(column.getSQLType()) ? JSON.stringify(given) : given

export const insert = async (db: Db, row: ConversationRow): Promise<unknown> =>
  rows(db, insertText, [row.workspaceId, ...written.map(([name, column]) => value(column, row[name as keyof ConversationRow]))])

const changeable = written.filter(([name]) => !['id', 'recordedAt', 'externalId', 'previousConversationId'].includes(name))
const updateText = `update conversations set ${changeable.map(([, column], index) => `${column.name} = $${index + 4}`).join(', ')},
  metrics_kept = false, clocks_asked = clocks_asked or $3 where workspace_id = $1 and id = $2`

/**
 * Writes the whole row; the caller holds it. One text for all changes, so that it is planned once. What metrics keep of the
 * conversation is no longer so from here on (a new one has nothing kept). `asks`: for its clocks to be computed again.
 */
export const update = async (db: Db, row: ConversationRow, asks = false): Promise<unknown> =>
  rows(db, updateText, [row.workspaceId, row.id, asks, ...changeable.map(([name, column]) => value(column, row[name as keyof ConversationRow]))])

/** Conversations whose snooze is over, claimed for this transaction. */
export const claimAwake = async (db: Db, before: string, limit: number): Promise<ConversationRow[]> => wide(db,
  `select ${selected} from conversations c where c.wake_at <= $1 order by c.wake_at limit $2 for no key update skip locked`, [before, limit])

/** The conversations that any of a message's thread keys leads to, the latest activity first. */
export const findByThread = async (db: Db, workspaceId: string, channelId: string, keys: readonly string[]): Promise<ConversationRow[]> =>
  wide(db, `select ${selected} from conversations c where c.workspace_id = $1 and c.id in (
      select t.conversation_id from conversation_threads t where t.workspace_id = $1 and t.channel_id = $2 and t.key = any($3))
    order by c.last_activity_at desc, c.id desc limit 10 for no key update of c`, [workspaceId, channelId, keys])

/** From now on these keys lead to this conversation, whatever they led to before. */
export const keepThreads = async (db: Db, workspaceId: string, channelId: string, keys: readonly string[], conversationId: string): Promise<unknown> =>
  rows(db, `insert into conversation_threads (workspace_id, channel_id, key, conversation_id)
    select $1, $2, key, $4 from unnest($3::text[]) key
    on conflict (workspace_id, channel_id, key) do update set conversation_id = excluded.conversation_id
      where conversation_threads.conversation_id <> excluded.conversation_id`, [workspaceId, channelId, [...new Set(keys)].toSorted(), conversationId])

/** All that led to one conversation leads to another: they were merged. */
export async function moveEverything (db: Db, workspaceId: string, fromId: string, intoId: string): Promise<unknown> {
  return Promise.all([
    rows(db, 'update conversation_threads set conversation_id = $3 where workspace_id = $1 and conversation_id = $2', [workspaceId, fromId, intoId]),
    rows(db, 'update messages set conversation_id = $3, version = version + 1 where workspace_id = $1 and conversation_id = $2', [workspaceId, fromId, intoId])
  ])
}

/** Which of these tags exist and may be put on conversations. */
export async function usableTags (db: Db, workspaceId: string, ids: readonly string[], archivedToo: boolean): Promise<Set<string>> {
  const found = await db.execute<{ id: string }>(sql`select id from tags
    where workspace_id = ${workspaceId} and id = any(${sql.param(ids)}::uuid[]) and (archived_at is null or ${archivedToo})`)
  return new Set(found.rows.map(row => row.id))
}

/** The status that one of the workspace's own stands for; undefined when it has none of that name. */
export async function meaningOf (db: Db, workspaceId: string, ownStatus: string): Promise<string | undefined> {
  const [found] = await rows<{ status: string }>(db, `select own ->> 'status' as status from workspaces,
    jsonb_array_elements(coalesce(settings -> 'statuses', '[]')) own where id = $1 and own ->> 'name' = $2`, [workspaceId, ownStatus])
  return found?.status
}

export interface Assignable { agent: 'active' | 'deactivated' | null, team: 'active' | 'archived' | null }

/** Whether an agent and a team exist, and still work. */
export async function assignable (db: Db, workspaceId: string, agentId: string | null, teamId: string | null): Promise<Assignable> {
  const [found] = await rows<Assignable>(db, `select
      (select case when deactivated_at is null then 'active' else 'deactivated' end from agents where workspace_id = $1 and id = $2) as agent,
      (select case when archived_at is null then 'active' else 'archived' end from teams where workspace_id = $1 and id = $3) as team`,
  [workspaceId, agentId, teamId])
  return found!
}

/** What a new conversation takes over from its channel, its contact and the contact's company. */
export interface Origin {
  channelKind: string | null
  channelState: string | null
  reopenWindowDays: number | null
  defaultPriority: Priority
  defaultTeamId: string | null
  contactId: string | null
  companyId: string | null
  tier: string | null
  language: string | null
  attributes: Record<string, unknown>
}

/** `companyId`: another company than the contact's; the nil UUID for none. */
export async function originOf (db: Db, workspaceId: string, channelId: string | null, contactId: string | null, companyId: string | null = null): Promise<Origin> {
  const [found] = await rows<Origin>(db, `select ch.kind as "channelKind", ch.state as "channelState", ch.reopen_window_days as "reopenWindowDays",
      coalesce(ch.default_priority, 'normal') as "defaultPriority", ch.default_team_id as "defaultTeamId",
      ct.id as "contactId", ct.company_id as "companyId", co.tier, ct.language,
      coalesce(co.attributes, '{}') || coalesce(ct.attributes, '{}') as attributes
    from (select $1::uuid as workspace_id) w
    left join channels ch on ch.workspace_id = w.workspace_id and ch.id = $2
    left join contacts ct on ct.workspace_id = w.workspace_id and ct.id = $3 and ct.merged_into_id is null
    left join companies co on co.workspace_id = w.workspace_id and co.id = coalesce($4::uuid, ct.company_id)`, [workspaceId, channelId, contactId, companyId])
  return found!
}

export async function idOf (db: Db, workspaceId: string, ref: string): Promise<string | undefined> {
  const external = externalIdOf(ref)
  if (external === null) return ref
  return (await rows<{ id: string }>(db, 'select id from conversations where workspace_id = $1 and external_id = $2', [workspaceId, external]))[0]?.id
}

/** One message of a sender at a time on a channel: what comes at once finds what the other made. */
export const holdSender = async (db: Db, workspaceId: string, channelId: string, sender: string): Promise<unknown> =>
  rows(db, 'select pg_advisory_xact_lock(hashtextextended($1, 2))', [`${workspaceId} ${channelId} ${sender}`])

/** A contact's conversation with the latest activity on a channel. */
export const latestOfContact = async (db: Db, workspaceId: string, channelId: string, contactId: string): Promise<ConversationRow[]> =>
  wide(db, `select ${selected} from conversations c
    where c.workspace_id = $1 and c.contact_id = $3 and c.channel_id = $2 and c.disposition = 'active'
    order by c.last_activity_at desc, c.id desc limit 1 for no key update`, [workspaceId, channelId, contactId])

/** All conversations of a contact, locked. */
export const holdOfContact = async (db: Db, workspaceId: string, contactId: string): Promise<ConversationRow[]> =>
  wide(db, `select ${selected} from conversations c where c.workspace_id = $1 and c.contact_id = $2 order by c.id for no key update`, [workspaceId, contactId])

/** Erases the words of contacts: their messages, what answers quoted of them, and every copy in events and receipts. */
export async function eraseWords (db: Db, workspaceId: string, contactIds: readonly string[]): Promise<unknown> {
  const theirs = 'select id from messages where workspace_id = $1 and contact_id = any($2::uuid[])'
  const conversationIds = 'select id from conversations where workspace_id = $1 and contact_id = any($2::uuid[])'
  return Promise.all([
    rows(db, `delete from attachments where workspace_id = $1 and message_id in (${theirs})`, [workspaceId, contactIds]),
    rows(db, `delete from inbound_receipts where workspace_id = $1 and message_id in (${theirs})`, [workspaceId, contactIds]),
    rows(db, `update events set resource = json_build_object('id', subject_id), changes = null
      where workspace_id = $1 and subject_id in (${theirs})`, [workspaceId, contactIds]),
    rows(db, `update events set resource = json_build_object('id', subject_id), changes = null
      where workspace_id = $1 and conversation_id in (${conversationIds})`, [workspaceId, contactIds]),
    rows(db, `update conversations set subject = null, version = version + 1, updated_at = now()
      where workspace_id = $1 and contact_id = any($2::uuid[])`, [workspaceId, contactIds]),
    rows(db, `update messages set text = '', html = null, safe_html = null, full_text = null, subject = null, author_name = null,
        recipients = '[]', attachments = '[]', version = version + 1, updated_at = now()
      where workspace_id = $1 and contact_id = any($2::uuid[])`, [workspaceId, contactIds])
  ])
}

export async function existingIdOf (db: Db, workspaceId: string, ref: string): Promise<string | undefined> {
  const external = externalIdOf(ref)
  const [found] = await rows<{ id: string }>(db, `select id from conversations where workspace_id = $1 and ${external === null ? 'id' : 'external_id'} = $2 and disposition <> 'deleted'`,
    [workspaceId, external ?? ref])
  return found?.id
}

/**
 * Conversations whose clocks time has changed, and after them those that were asked to be computed again, so that a deadline
 * never waits for a new standard; those that others hold are left out later.
 */
export const clocksDue = async (db: Db, before: string, limit: number): Promise<Array<{ workspaceId: string, id: string, asked: boolean }>> => rows(db,
  `(select workspace_id as "workspaceId", id, clocks_asked as asked from conversations where clocks_check_at <= $1 order by clocks_check_at limit $2)
   union all (select workspace_id, id, true from conversations where clocks_asked limit $2) limit $2`, [before, limit])

/** One of those, locked; undefined when another process has it, or has done it. */
export async function holdDue (db: Db, workspaceId: string, id: string, before: string): Promise<{ id: string } | undefined> {
  return (await rows<{ id: string }>(db, `select c.id from conversations c
    where c.workspace_id = $1 and c.id = $2 and (c.clocks_check_at <= $3 or c.clocks_asked) for no key update skip locked`, [workspaceId, id, before]))[0]
}

/** What lists show of the clocks; no change of the conversation itself. `others`: they are others than those that metrics have kept. */
export const updateKept = async (
  db: Db, workspaceId: string, id: string, kept: { clocksCheckAt: string | null, nextDueAt: string | null, atRisk: boolean }, others: boolean
): Promise<unknown> => rows(db, `update conversations set clocks_check_at = $3, next_due_at = $4, at_risk = $5, clocks_asked = false, metrics_kept = metrics_kept and not $6
  where workspace_id = $1 and id = $2`, [workspaceId, id, kept.clocksCheckAt, kept.nextDueAt, kept.atRisk, others])

/** Conversations that are not resolved, and those of which a clock is open, at most so many. */
export const openConversationIds = async (db: Db, workspaceId: string, limit: number): Promise<string[]> => (await rows<{ id: string }>(db,
  `select id from conversations where workspace_id = $1 and disposition = 'active' and status in ('new', 'open', 'pending', 'onHold')
   union select k.conversation_id from clocks k join conversations c on c.workspace_id = k.workspace_id and c.id = k.conversation_id
     where k.workspace_id = $1 and k.state in ('running', 'atRisk', 'paused', 'overdue') and c.disposition = 'active' limit $2`, [workspaceId, limit])).map(({ id }) => id)
