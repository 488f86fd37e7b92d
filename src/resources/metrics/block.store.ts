import { rows, type Db } from '../../db/connection.js'
import type { ColumnName, Place, PlacePart } from '../../metrics/blocks.js'
import type { FamilyName } from '../../metrics/families.js'

/** Workspaces in which so many conversations have changed, or one before an instant and not since. */
export const workspacesToFold = async (db: Db, many: number, before: string): Promise<string[]> => (await rows<{ id: string }>(db, `
  with recursive w as (
    (select workspace_id as id from conversations where not metrics_kept order by workspace_id limit 1)
    union all
    select (select workspace_id from conversations where not metrics_kept and workspace_id > w.id order by workspace_id limit 1) from w where w.id is not null)
  select id from w where id is not null and (
    (select updated_at from conversations where workspace_id = w.id and not metrics_kept order by updated_at limit 1) <= $2
    or exists (select from conversations where workspace_id = w.id and not metrics_kept offset $1 - 1))`, [many, before])).map(({ id }) => id)

export interface Fold { numbered: number, folds: number }

/** Makes this transaction the only one that folds the workspace; undefined where another is. */
export async function holdFold (db: Db, workspaceId: string): Promise<Fold | undefined> {
  const [, [held]] = await Promise.all([
    rows(db, 'insert into metric_folds (workspace_id) values ($1) on conflict do nothing', [workspaceId]),
    rows<Fold>(db, 'select numbered, folds from metric_folds where workspace_id = $1 for update skip locked', [workspaceId])
  ])
  return held
}

export interface Changed { id: string, version: number, complexity: number | null }

/** Conversations that have changed since what was kept of them, those first that have not changed for longest. */
export const changedConversations = async (db: Db, workspaceId: string, limit: number, before: string | null = null): Promise<Changed[]> => rows<Changed>(db,
  'select id, version, complexity from conversations where workspace_id = $1 and not metrics_kept and ($3::timestamptz is null or updated_at <= $3) order by updated_at, id limit $2',
  [workspaceId, limit, before])

export interface Kept { id: string, number: number, places: Buffer }

export const keptConversations = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<Kept[]> => rows<Kept>(db,
  'select conversation_id as id, number, places from metric_conversations where workspace_id = $1 and conversation_id = any($2::uuid[])', [workspaceId, ids])

/** How many traces each part of some places has, in order. */
export const partsAt = async (db: Db, workspaceId: string, places: readonly Place[]): Promise<Array<PlacePart & { size: number }>> => rows(db,
  `select b.family, b.open, b.day, b.part, b.size from unnest($2::text[], $3::boolean[], $4::int[]) p (family, open, day)
   cross join lateral (select * from metric_blocks where workspace_id = $1 and family = p.family and open = p.open and name = 'conversation' and day = p.day order by part) b`,
  [workspaceId, ...placed(places)])

export interface BlockColumn extends PlacePart { name: ColumnName, fold: number, size: number, data: Buffer }

/** Some columns of some parts. */
export const blocksAt = async (db: Db, workspaceId: string, parts: readonly PlacePart[], names: readonly ColumnName[]): Promise<BlockColumn[]> => unpacked(await rows(db,
  `select b.family, b.open, b.day, b.part, b.name, b.fold, b.size, encode(b.data, 'base64') as data from unnest($2::text[], $3::boolean[], $4::int[], $5::int[]) p (family, open, day, part)
   cross join unnest($6::text[]) n (name)
   cross join lateral (select * from metric_blocks where workspace_id = $1 and family = p.family and open = p.open and name = n.name and day = p.day and part = p.part limit 1) b`,
  [workspaceId, ...placed(parts), parts.map(({ part }) => part), names]))

/** Bytes come as base64, which is shorter than what the driver would read. */
const unpacked = (columns: ReadonlyArray<Omit<BlockColumn, 'data'> & { data: string }>): BlockColumn[] =>
  columns.map(column => ({ ...column, data: Buffer.from(column.data, 'base64') }))

const placed = (places: readonly Place[]): unknown[] => [places.map(({ family }) => family), places.map(({ open }) => open), places.map(({ day }) => day)]

export const writeBlocks = async (db: Db, workspaceId: string, columns: readonly BlockColumn[]): Promise<unknown> => rows(db,
  `insert into metric_blocks (workspace_id, family, open, day, part, name, fold, size, data)
   select $1, * from unnest($2::text[], $3::boolean[], $4::int[], $5::int[], $6::text[], $7::int[], $8::int[], $9::bytea[])
   on conflict (workspace_id, family, open, name, day, part) do update set fold = excluded.fold, size = excluded.size, data = excluded.data`,
  [
    workspaceId, ...placed(columns), columns.map(({ part }) => part), columns.map(({ name }) => name),
    columns.map(({ fold }) => fold), columns.map(({ size }) => size), columns.map(({ data }) => data)
  ])

export const removeBlocks = async (db: Db, workspaceId: string, parts: readonly PlacePart[], names: readonly ColumnName[]): Promise<unknown> => rows(db,
  `delete from metric_blocks b using unnest($2::text[], $3::boolean[], $4::int[], $5::int[]) p (family, open, day, part), unnest($6::text[]) n (name)
   where b.workspace_id = $1 and b.family = p.family and b.open = p.open and b.name = n.name and b.day = p.day and b.part = p.part`,
  [workspaceId, ...placed(parts), parts.map(({ part }) => part), names])

/** `clocksChangedAt` may be before everything. */
export interface Keeping { id: string, number: number, latest: number, clocksChangedAt: number, places: Buffer }

/** Null where a clock has not been changed since the last fact: then that is all there is to say. */
const promisedUntil = ({ latest, clocksChangedAt }: Keeping): string | null => clocksChangedAt > latest ? new Date(clocksChangedAt).toISOString() : null

/** Puts down what was kept of conversations, how many have a number now, and that this was another fold. */
export const keepConversations = async (db: Db, workspaceId: string, kept: readonly Keeping[], { numbered, folds }: Fold): Promise<unknown> => Promise.all([
  rows(db, 'update metric_folds set numbered = $2, folds = $3 where workspace_id = $1', [workspaceId, numbered, folds]),
  rows(db, `insert into metric_conversations (workspace_id, conversation_id, number, latest, promised_until, places)
    select $1, * from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::bytea[])
    on conflict (workspace_id, conversation_id) do update set latest = excluded.latest, promised_until = excluded.promised_until, places = excluded.places`,
  [workspaceId, kept.map(({ id }) => id), kept.map(({ number }) => number), kept.map(({ latest }) => new Date(latest).toISOString()), kept.map(promisedUntil), kept.map(({ places }) => places)])
])

/**
 * Whether promises are still those of a revision, and will be until this transaction ends. Who changes them writes that number
 * first, and only then asks for conversations: who is about to is not waited for, and has to wait no longer than for a commit.
 */
export const holdPromises = async (db: Db, workspaceId: string, revision: number): Promise<boolean> =>
  (await rows(db, 'select from workspaces where id = $1 and promises_revision = $2 for share skip locked', [workspaceId, revision])).length > 0

/**
 * Says that what was kept of conversations is all there is to say, of those that are still what they were when they were read.
 * Who is being written right now is passed over: nobody waits for a fold, and a fold for nobody. Gives how many.
 */
export async function markKept (db: Db, workspaceId: string, read: readonly Changed[]): Promise<number> {
  const marked = await rows(db, `with still as materialized (
      select c.id from unnest($2::uuid[], $3::int[]) r (id, version)
      cross join lateral (select id from conversations where workspace_id = $1 and id = r.id and version = r.version for no key update skip locked) c)
    update conversations c set metrics_kept = true from still where c.workspace_id = $1 and c.id = still.id returning 1`,
  [workspaceId, read.map(({ id }) => id), read.map(({ version }) => version)])
  return marked.length
}

export interface Days { family: FamilyName, open: boolean, from: number, to: number }

export interface DayPart { day: number, part: number }

/** How many traces each part of some days has and which fold wrote it, in order. */
export const partsOf = async (db: Db, workspaceId: string, { family, open, from, to }: Days): Promise<Array<DayPart & { fold: number, size: number }>> => rows(db,
  `select day, part, fold, size from metric_blocks where workspace_id = $1 and family = $2 and open = $3 and name = 'conversation' and day between $4 and $5 order by day, part`,
  [workspaceId, family, open, from, to])

/** Some columns of the parts from one to another. */
export const columnsOf = async (
  db: Db, workspaceId: string, { family, open }: Days, from: DayPart, to: DayPart, names: readonly ColumnName[]
): Promise<BlockColumn[]> => unpacked(await rows(db,
  `select family, open, day, part, name, fold, size, encode(data, 'base64') as data from metric_blocks
   where workspace_id = $1 and family = $2 and open = $3 and name = any($4::text[]) and (day, part) >= ($5, $6) and (day, part) <= ($7, $8)`,
  [workspaceId, family, open, names, from.day, from.part, to.day, to.part]))

/** The ids of conversations, by their numbers. */
export const idsOf = async (db: Db, workspaceId: string, numbers: readonly number[]): Promise<Map<number, string>> =>
  new Map((await rows<{ id: string, number: number }>(db,
    'select conversation_id as id, number from metric_conversations where workspace_id = $1 and number = any($2::int[])', [workspaceId, numbers]))
    .map(({ id, number }) => [number, id]))
