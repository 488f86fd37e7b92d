import { getTableColumns } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { fold } from '../../src/clock/state.js'
import { rowOf } from '../../src/resources/conversations/conversation.row.js'
import { conversations } from '../../src/resources/conversations/conversation.table.js'
import { stories, storyOf } from './stories.js'
import { atSql, idOf, idSql, jsonSql, kinds, numbers, valueSql } from './told.js'

/** How much there shall be in each of the two workspaces, from one number; `until` (RFC 3339) is when the last one was created. */
export interface Scale { rows: number, contacts: number, companies: number, until: string }
export const scaleOf = (rows: number, until: string): Scale => ({ rows, until, contacts: Math.max(50, rows / 5), companies: Math.max(10, Math.round(rows / 200)) })

/** Each workspace numbers its rows from 1; the conversations are spread over 400 days. */
const source = ({ rows, contacts, companies, until }: Scale, w: number, from: number, to: number, step = 1): string =>
  `(select i, date_trunc('milliseconds', '${until}'::timestamptz - (${rows} - i) * (interval '400 days' / ${rows})) as at, ${w} as w, ${contacts} as contacts, ${companies} as companies,
    '${idOf('workspace', w, w)}'::uuid as workspace_id from generate_series(${from}, ${to}, ${step}) i) s`

/** A workspace, its key, and everything that there are few of. */
export function people (scale: Scale, w: number, key: { hash: Buffer, prefix: string, scopes: readonly string[] }): string[] {
  const workspace = `'${idOf('workspace', w, w)}'::uuid`
  const some = (count: number) => source(scale, w, 1, count)
  const list = `{${key.scopes.join(',')}}`
  return [
    `insert into workspaces (id, slug, name) values (${workspace}, 'bench-${w}', 'Benchmark ${w}')`,
    `insert into api_keys (workspace_id, id, name, prefix, secret_hash, scopes)
      values (${workspace}, ${workspace}, 'benchmark', '${key.prefix}', '\\x${key.hash.toString('hex')}', '${list}')`,
    `insert into agents (workspace_id, id, name, email) select workspace_id, ${idSql('agent', 'i')}::uuid, 'Agent ' || i, 'agent-' || i || '@example.com' from ${some(50)}`,
    `insert into teams (workspace_id, id, name) select workspace_id, ${idSql('team', 'i')}::uuid, 'Team ' || i from ${some(5)}`,
    `insert into channels (workspace_id, id, name, kind) select workspace_id, ${idSql('channel', 'i')}::uuid, 'Channel ' || i, 'email' from ${some(20)}`,
    `insert into tags (workspace_id, id, name, color) select workspace_id, ${idSql('tag', 'i')}::uuid, 'tag ' || i, '#3366cc' from ${some(100)}`,
    `insert into companies (workspace_id, id, name, tier) select workspace_id, ${idSql('company', 'i')}::uuid, 'Company ' || i, 'gold' from ${some(scale.companies)}`,
    `insert into contacts (workspace_id, id, external_id, name, company_id, language) select workspace_id, ${idSql('contact', 'i')}::uuid, 'crm-' || i,
      'Customer ' || i, ${idSql('company', '1 + (i - 1) % companies')}::uuid, 'en' from ${some(scale.contacts)}`,
    `insert into contact_identities (workspace_id, contact_id, kind, value, position) select workspace_id, ${idSql('contact', 'i')}::uuid, 'email',
      'customer-' || i || '@example.com', 1 from ${some(scale.contacts)}`
  ]
}

export const texts = 5000
/** Fifteen words a text, of 20,000 words of which the r-th is as common as 1/r. */
export const vocabulary = [
  'create schema if not exists bench',
  'create table bench.texts (n integer primary key, text text not null)',
  'select setseed(0.5)',
  `insert into bench.texts select n, string_agg('w' || floor(exp(random() * ln(20000)))::int, ' ') from generate_series(1, ${texts}) n, generate_series(1, 15) group by n`
]

const folded = (index: number): Record<string, unknown> => ({ ...rowOf(fold(storyOf(index).facts)) })

/** What a row has beside what its facts decide. */
const ownValues: Record<string, string> = {
  workspaceId: 'workspace_id', id: idSql('conversation', 'i'), externalId: "'c-' || i", version: '3', recordedAt: 'at',
  subject: "'Order o-' || i"
}
/** The others are left to their defaults. */
const columns = Object.entries(getTableColumns(conversations) as Record<string, PgColumn>)
  .filter(([name]) => name in ownValues || name === 'updatedAt' || name in folded(0))

function conversationSelect (scale: Scale, w: number, index: number, from: number, to: number): string {
  const row = folded(index)
  const values = columns.map(([name, column]) => {
    const value = ownValues[name] ?? (name === 'updatedAt' ? valueSql(row.statusSince) : name === 'fold' ? jsonSql(row.fold) : valueSql(row[name]))
    return `(${value})::${column.getSQLType()}`
  })
  return `select ${values.join(', ')} from ${source(scale, w, firstOf(index, from), to, stories)}`
}

/** The first number from here on that has this story. */
const firstOf = (index: number, from: number): number => from + (index - from % stories + stories) % stories

const author = (inbound: string, reply: string): string => `case when m.kind = 'inbound' then ${inbound} else ${reply} end`

function messageSelect (scale: Scale, w: number, index: number, from: number, to: number): string {
  const written = storyOf(index).messages.map(({ ordinal, kind, at }) => `(${ordinal}, '${kind}', ${atSql(at).replace('(at + ', '').replace(')', '')})`)
  const id = `(lpad(to_hex(i), 8, '0') || '-${kinds.message}' || lpad(to_hex(m.o), 2, '0') || '-7000-8000-' || lpad(to_hex(w), 12, '0'))::uuid`
  return `select workspace_id, ${id}, ${idSql('conversation', 'i')}::uuid, ${idSql('channel', numbers.channel)}::uuid,
      'm-' || i || '-' || m.o, at + m.later, at + m.later, m.kind, at + m.later, ${author("'customer'", "'agent'")},
      ${author(idSql('contact', numbers.contact), idSql('agent', numbers.agent))}, ${author(idSql('contact', numbers.contact), 'null')}::uuid,
      'Order o-' || i, (select text from bench.texts where n = 1 + (i * 31 + m.o * 17) % ${texts}), ${author('null', "'sent'")}, ${author('null', 'at + m.later')}
    from ${source(scale, w, firstOf(index, from), to, stories)}, (values ${written.join(', ')}) m(o, kind, later)`
}

function factSelect (scale: Scale, w: number, index: number, from: number, to: number): string {
  const common = new Set(['id', 'kind', 'occurredAt', 'recordedAt', 'sequence', 'actor'])
  const each = storyOf(index).facts.map(fact => {
    const data = jsonSql(Object.fromEntries(Object.entries(fact).filter(([key]) => !common.has(key))))
    return `select workspace_id, ${idSql('conversation', 'i')}::uuid, ${valueSql(fact.id)}::uuid, '${fact.kind}', ${atSql(fact.occurredAt)}, ${atSql(fact.recordedAt)},
      '${fact.actor.kind}', ${valueSql(fact.actor.id)}, ${data} from s`
  })
  return `(with s as (select * from ${source(scale, w, firstOf(index, from), to, stories)}) ${each.join(' union all ')})`
}

/** One block of conversations with everything of theirs; blocks follow each other in time. */
export function block (scale: Scale, w: number, from: number, to: number): string[] {
  const all = (select: typeof factSelect) => Array.from({ length: stories }, (_, index) => select(scale, w, index, from, to)).join('\nunion all\n')
  return [
    `insert into conversations (${columns.map(([, column]) => column.name).join(', ')}) ${all(conversationSelect)}`,
    `insert into messages (workspace_id, id, conversation_id, channel_id, external_id, created_at, updated_at, kind, occurred_at, author_kind, author_id,
      contact_id, subject, text, delivery_state, delivery_changed_at) ${all(messageSelect)}`,
    `insert into conversation_facts (workspace_id, conversation_id, id, kind, occurred_at, recorded_at, actor_kind, actor_id, data) ${all(factSelect)}`,
    `insert into conversation_threads (workspace_id, channel_id, key, conversation_id)
      select workspace_id, ${idSql('channel', numbers.channel)}::uuid, 'thread:t-' || i, ${idSql('conversation', 'i')}::uuid from ${source(scale, w, from, to)}`
  ]
}
