import type { ActorKind, Fact } from '../../clock/facts.js'
import { rows, type Db } from '../../db/connection.js'

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
