import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed, externalIdOf } from '../../db/rows.js'
import { conflict, notFound, type ApiError } from '../../errors.js'
import { record } from '../../events/record.js'
import { upsert, type Upserted } from '../upsert.js'
import { checkTargets, metricOf } from './goal.rules.js'
import type { CreateGoal, Goal, SearchGoals, UpdateGoal, UpsertGoal } from './goal.shapes.js'
import * as store from './goal.store.js'
import { differing, setGoal, type SetGoal } from './setting.service.js'

const maxGoals = 1000

export async function getGoal (ctx: Context, ref: string): Promise<Goal> {
  const { workspaceId } = allow(ctx, 'goals:read')
  const goal = await reading(store.find(ctx.db, workspaceId, ref))
  if (!goal) throw notFound('Goal')
  return goal
}

export async function listGoals (ctx: Context, query: SearchGoals): Promise<Page<Goal>> {
  const { workspaceId } = allow(ctx, 'goals:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

/** Measures its baseline, and how it stands already, before the transaction begins. */
export async function createGoal (ctx: Context, input: CreateGoal): Promise<Goal> {
  const { workspaceId } = allow(ctx, 'goals:write')
  const set = await setGoal(ctx, input)
  return transact(ctx, async ctx => insert(ctx, workspaceId, set, input.externalId))
}

export async function updateGoal (ctx: Context, ref: string, changes: UpdateGoal): Promise<Goal> {
  const { workspaceId } = allow(ctx, 'goals:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, goal => targetsOf(goal, changes), 'goal.updated'))
}

/** What is measured of one that exists must be what it was. */
export async function upsertGoal (ctx: Context, ref: string, input: UpsertGoal): Promise<Upserted<Goal>> {
  const { workspaceId } = allow(ctx, 'goals:write')
  const isNew = externalIdOf(ref) !== null && !await reading(store.find(ctx.db, workspaceId, ref))
  const set = isNew ? await setGoal(ctx, input) : null
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, workspaceId, ref),
    create: (ctx, externalId) => insert(ctx, workspaceId, set!, externalId),
    update: ctx => change(ctx, workspaceId, ref, goal => {
      const fields = differing(goal, input)
      if (fields.length) throw fixed(fields)
      const { name, why, target, stretchTarget, ownerId } = input
      return targetsOf(goal, { name, why, target, stretchTarget, ownerId })
    }, 'goal.updated')
  })
}

/** From then on nobody looks whether it is reached. */
export async function archiveGoal (ctx: Context, ref: string): Promise<Goal> {
  const { workspaceId } = allow(ctx, 'goals:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, goal => ({ archivedAt: goal.archivedAt ?? instantText(ctx) }), 'goal.archived'))
}

export async function unarchiveGoal (ctx: Context, ref: string): Promise<Goal> {
  const { workspaceId } = allow(ctx, 'goals:write')
  return transact(ctx, async ctx => {
    await checkRoom(ctx, workspaceId)
    return change(ctx, workspaceId, ref, () => ({ archivedAt: null }), 'goal.unarchived')
  })
}

const fixed = (fields: readonly string[]): ApiError => conflict(`What a goal measures stays as it was set: ${fields.join(', ')}. Archive it and set another.`,
  fields.map(path => ({ path, message: 'is not what it was set to' })))

async function insert (ctx: Context, workspaceId: string, { goal, reached }: SetGoal, externalId: string | undefined): Promise<Goal> {
  await checkRoom(ctx, workspaceId)
  const made = await store.insert(ctx.db, workspaceId, { ...goal, externalId: externalId ?? null })
  record(ctx, 'goal.created', made)
  if (reached) record(ctx, 'goal.reached', made, { occurredAt: reached })
  return made
}

/** The changes, if the goal may still have them. */
function targetsOf (goal: Goal, changes: UpdateGoal): Partial<Goal> {
  const { target, stretchTarget } = { ...goal, ...given(changes) }
  if (target === goal.target && stretchTarget === goal.stretchTarget) return changes
  if (goal.decidedAt) throw conflict(`This goal was decided at ${goal.decidedAt}; its targets stay. Set another goal.`)
  checkTargets({ direction: goal.direction, target, stretchTarget }, metricOf(goal.metric), goal.baseline.comparable)
  return changes
}

const given = <T extends object>(changes: T): T => Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as T

/** Whatever changed, a worker looks again at once, unless it is decided. */
async function change (ctx: Context, workspaceId: string, ref: string, changes: (goal: Goal) => Partial<Goal>, type: string): Promise<Goal> {
  const before = await store.hold(ctx.db, workspaceId, ref)
  if (!before) throw notFound('Goal')
  checkVersion(ctx, before.version)
  const wanted = changes(before)
  const differences = changed(before, wanted)
  if (!differences) return before
  const goal = await store.update(ctx.db, workspaceId, before.id, { ...wanted, ...(before.decidedAt === null && { checkAt: instantText(ctx) }) })
  record(ctx, type, goal, { changes: differences })
  return goal
}

/** A worker looks at each of them again and again. */
async function checkRoom (ctx: Context, workspaceId: string): Promise<void> {
  await store.holdRoom(ctx.db, workspaceId)
  if (await store.undecided(ctx.db, workspaceId) >= maxGoals) throw conflict(`A workspace follows ${maxGoals} goals at most at a time. Archive some that nobody needs.`)
}
