import type { ActorKind, Fact } from '../../clock/facts.js'
import { rows, type Db } from '../../db/connection.js'
import type { Stored } from '../clocks/clock.row.js'
import { storedIn, storedText } from '../clocks/clock.text.js'
import { promisesRevision, promisesStanding } from '../promises.js'
import { factsIn, factText } from './fact.text.js'

/** What every fact has besides what its kind says. */
const common = new Set(['id', 'kind', 'occurredAt', 'recordedAt', 'sequence', 'actor'])

/** What its kind says of a fact, as it is kept. */
export const dataOf = (fact: Fact): string => JSON.stringify(Object.fromEntries(Object.entries(fact).filter(([key]) => !common.has(key))))

/** Writes facts of one conversation in one statement. */
export const insertFacts = async (db: Db, workspaceId: string, conversationId: string, facts: readonly Fact[]): Promise<unknown> => rows(db,
  `insert into conversation_facts (workspace_id, conversation_id, id, kind, occurred_at, recorded_at, sequence, actor_kind, actor_id, data)
   select $1, $2, * from unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[], $8::text[], $9::text[], $10::json[])`,
  [
    workspaceId, conversationId, facts.map(fact => fact.id), facts.map(fact => fact.kind),
    facts.map(fact => new Date(fact.occurredAt).toISOString()), facts.map(fact => new Date(fact.recordedAt).toISOString()),
    facts.map(fact => fact.sequence), facts.map(fact => fact.actor.kind), facts.map(fact => fact.actor.id),
    facts.map(dataOf)
  ])

interface FactRow {
  id: string
  kind: Fact['kind']
  occurred_at: string
  recorded_at: string
  sequence: number
  actor_kind: ActorKind
  actor_id: string | null
  data: object
}

const selected = 'id, kind, occurred_at, recorded_at, sequence, actor_kind, actor_id, data'

const factOf = (row: FactRow): Fact => ({
  ...row.data,
  kind: row.kind,
  id: row.id,
  occurredAt: Date.parse(row.occurred_at),
  recordedAt: Date.parse(row.recorded_at),
  sequence: row.sequence,
  actor: { kind: row.actor_kind, id: row.actor_id }
} as Fact)

/** All facts of a conversation, in no order. */
export const readFacts = async (db: Db, workspaceId: string, conversationId: string): Promise<Fact[]> => (await rows<FactRow>(db,
  `select ${selected} from conversation_facts where workspace_id = $1 and conversation_id = $2`, [workspaceId, conversationId])).map(factOf)

/** The same of many conversations, by conversation. */
export async function readFactsOf (db: Db, workspaceId: string, conversationIds: readonly string[]): Promise<Map<string, Fact[]>> {
  const found = await rows<FactRow & { conversation_id: string }>(db,
    `select conversation_id, ${selected} from conversation_facts where workspace_id = $1 and conversation_id = any($2)`, [workspaceId, conversationIds])
  const byConversation = new Map<string, Fact[]>()
  for (const row of found) {
    const facts = byConversation.get(row.conversation_id)
    if (facts) facts.push(factOf(row))
    else byConversation.set(row.conversation_id, [factOf(row)])
  }
  return byConversation
}

/** What clocks are computed from, and what is stored of them; null where nothing was read. */
export interface Behind { revision: number, pending: boolean, facts: Fact[] | null, clocks: Stored[] | null }

/** Of a conversation in which a customer waits, and goes on waiting whatever else a customer writes. */
const isWaiting = `exists (select 1 from conversations c where c.workspace_id = $1 and c.id = $2 and c.waiting_since is not null
  and c.status in ('new', 'open') and c.snoozed_until is null)`
const behind = (unless: string): string => `select ${promisesRevision('$1')} as revision, s.pending,
    case when s.skips then null else coalesce((
      select string_agg(${factText('f')}, ',') from conversation_facts f where f.workspace_id = $1 and f.conversation_id = $2), '') end as facts,
    case when s.skips then null else ${storedText('$1', '$2')} end as clocks
  from (select p.pending, ${unless} and not p.pending as skips from (select ${promisesStanding('$1')} as pending) p offset 0) s`
const [always, unlessWaiting] = [behind('false'), behind(isWaiting)]

/**
 * Everything that a conversation's clocks need, in one statement behind its lock. `quietly`: nothing of a conversation in which a
 * customer waits, since another message of theirs changes no clock (unless promises have changed, and the change is still being applied).
 */
export async function readBehind (db: Db, workspaceId: string, conversationId: string, quietly: boolean): Promise<Behind> {
  const [row] = await rows<{ revision: number | null, pending: boolean, facts: string | null, clocks: string | null }>(db, quietly ? unlessWaiting : always, [workspaceId, conversationId])
  const { revision, pending, facts, clocks } = row!
  return { revision: revision ?? 0, pending, facts: facts === null ? null : factsIn(facts), clocks: facts === null ? null : storedIn(clocks) }
}
