import { rows, type Db } from '../../db/connection.js'
import type { Stored } from '../clocks/clock.row.js'
import { storedIn, storedText } from '../clocks/clock.text.js'
import { promisesRevision } from '../promises.js'
import type { Fact } from '../../clock/facts.js'
import { factsIn, factText } from './fact.text.js'

/**
 * Which conversations promises that apply from `since` on may say something else of: whatever is not resolved, whatever happened or
 * falls due since (or never would have), and what stands still while it is resolved, or would.
 */
const concerned = (workspaceId: string, since: string): string => `(c.resolved_at is null or c.resolved_at >= ${since} or c.last_activity_at >= ${since}
  or exists (select from clocks k where k.workspace_id = ${workspaceId} and k.conversation_id = c.id
    and (k.due_at >= ${since} or (k.due_at is null and k.state = 'met') or k.state in ('running', 'atRisk', 'paused', 'overdue')) offset 0)
  or (c.status = 'resolved' and (select exists (select from standard_versions v cross join json_array_elements(v.content -> 'targets') each
    where v.workspace_id = ${workspaceId} and v.published_at is not null and each ->> 'kind' in ('periodicUpdate', 'pausableUpdate')))))`

export interface Reached { ids: string[], bound: string | null }

/**
 * The next conversations below `cursorId` that may be concerned, downwards, at most `limit` of at most `stretch`. `bound`: the last of that
 * stretch; null when nothing is below it. By the primary key, whatever the size of the workspace.
 */
export async function reach (db: Db, workspaceId: string, cursorId: string, since: string, { stretch, limit }: { stretch: number, limit: number }): Promise<Reached> {
  const [found] = await rows<Reached>(db, `with bound as materialized (
      select id from conversations where workspace_id = $1 and id < $2 order by id desc offset $4 - 1 limit 1)
    select (select id from bound) as bound, array(
      select c.id from conversations c where c.workspace_id = $1 and c.id < $2 and c.id >= coalesce((select id from bound), '00000000-0000-0000-0000-000000000000')
        and ${concerned('$1', '$3::timestamptz')} order by c.id desc limit $5) as ids`, [workspaceId, cursorId, since, stretch, limit])
  return found!
}

/** What a conversation's row keeps of its clocks, and whether metrics have kept them. */
export interface HeldRow { id: string, clocksCheckAt: string | null, nextDueAt: string | null, atRisk: boolean, asked: boolean, metricsKept: boolean }

/** Those of the conversations that nobody holds, locked. */
export const holdFree = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<HeldRow[]> => rows<HeldRow>(db,
  `select c.id, c.clocks_check_at as "clocksCheckAt", c.next_due_at as "nextDueAt", c.at_risk as "atRisk", c.clocks_asked as asked, c.metrics_kept as "metricsKept"
   from conversations c where c.workspace_id = $1 and c.id = any($2::uuid[]) for no key update skip locked`, [workspaceId, ids])

export interface BehindMany { revision: number, byId: Map<string, { facts: Fact[], clocks: Stored[] }> }

/** Everything that their clocks need, in one statement behind their locks. */
export async function readBehindMany (db: Db, workspaceId: string, ids: readonly string[]): Promise<BehindMany> {
  const found = await rows<{ id: string, revision: number | null, facts: string | null, clocks: string | null }>(db, `select i.id, ${promisesRevision('$1')} as revision,
      (select string_agg(${factText('f')}, ',') from conversation_facts f where f.workspace_id = $1 and f.conversation_id = i.id) as facts, ${storedText('$1', 'i.id')} as clocks
    from unnest($2::uuid[]) as i (id)`, [workspaceId, ids])
  return {
    revision: found[0]?.revision ?? 0,
    byId: new Map(found.map(({ id, facts, clocks }) => [id, { facts: factsIn(facts ?? ''), clocks: storedIn(clocks) }]))
  }
}

export interface KeptOf { id: string, clocksCheckAt: string | null, nextDueAt: string | null, atRisk: boolean, metricsKept: boolean }

/** What lists show of the clocks of many conversations; no change of the conversations themselves. */
export const updateKeptOf = async (db: Db, workspaceId: string, many: readonly KeptOf[]): Promise<unknown> => many.length === 0
  ? undefined
  : rows(db, `update conversations c set clocks_check_at = r."clocksCheckAt", next_due_at = r."nextDueAt", at_risk = r."atRisk", metrics_kept = r."metricsKept",
      clocks_asked = false
    from json_to_recordset($2::json) as r (id uuid, "clocksCheckAt" timestamptz(3), "nextDueAt" timestamptz(3), "atRisk" boolean, "metricsKept" boolean)
    where c.workspace_id = $1 and c.id = r.id`, [workspaceId, JSON.stringify(many)])

/** Asks for the clocks of conversations to be computed again, each by itself. */
export const askEach = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<unknown> => rows(db,
  'update conversations set clocks_asked = true where workspace_id = $1 and id = any($2::uuid[]) and not clocks_asked', [workspaceId, ids])
