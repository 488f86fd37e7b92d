import { v7 } from 'uuid'
import type { Actor } from '../../clock/facts.js'
import { contextOf, instantText, reading, transact, type Context, type Services } from '../../context.js'
import { isTransient } from '../../db/refusals.js'
import { ApiError, type FieldError } from '../../errors.js'
import type { Scope } from '../../scopes.js'
import { end } from './import.service.js'
import type { Import } from './import.shapes.js'
import type { ImportRow, Named, StagedLine } from './import.store.js'
import * as store from './import.store.js'
import { stages, type Stage } from './line.shapes.js'
import { loadAgents, loadChannels, loadTags, loadTeams } from './loading/catalogue.js'
import { loadConversations } from './loading/conversations.js'
import { loadMerges } from './loading/merges.js'
import { loadCompanies, loadContacts } from './loading/people.js'
import { worded, type Outcome } from './outcome.js'
import { placed, tooManyErrors } from './receiving.service.js'

/** Lines of one transaction: many for speed; when they are refused as a whole, fewer, until it is seen which one it is. */
const batchSizes = [2_000, 100, 1]

const loaders: Record<Stage, (ctx: Context, lines: never) => Promise<Outcome[]>> = {
  company: loadCompanies, agent: loadAgents, team: loadTeams, tag: loadTags, channel: loadChannels, contact: loadContacts,
  conversation: loadConversations, merge: loadMerges
}

/** What loading history takes; whatever else a caller may not do, an import of theirs may not either. */
const needed: Scope[] = ['agents:write', 'contacts:write', 'channels:write', 'tags:write', 'conversations:write', 'history:write', 'imports:write']

const contextFor = (services: Services, { workspaceId, id, actorKind, actorId, scopes }: ImportRow): Context => contextOf(services, {
  workspaceId, actor: { kind: actorKind as Actor['kind'], id: actorId }, contactId: null, id: `import ${id}`,
  scopes: new Set([...needed, ...scopes.filter(scope => scope === 'workspace:write') as Scope[]])
}, `import ${id}`)

/** `done`: lines of this batch; the others are of the whole import so far. */
export interface Progress extends Pick<Import, 'state' | 'linesRead' | 'linesDone' | 'failed'> { done: number }

/**
 * Works on the next lines of an import, in one transaction with how far it has come, so that a process may die at any
 * moment and another goes on. Null when there is nothing to do, with `ifFree` also while another process is at it.
 */
export async function runBatch (services: Services, named: Named, ifFree: boolean): Promise<Progress | null> {
  const seen = await reading(store.look(services.database.read, named.workspaceId, named.id))
  if (seen?.state !== 'running') return null
  const ctx = contextFor(services, seen)
  for (const size of batchSizes) {
    try {
      return await transact(ctx, async ctx => batch(ctx, named, size, ifFree))
    } catch (error) {
      if (size !== 1) services.log.warn({ err: error, importId: named.id, size }, 'a batch of an import is tried again in smaller ones')
      else return transact(ctx, async ctx => refuseNext(ctx, named, error))
    }
  }
  return null
}

async function batch (ctx: Context, { workspaceId, id }: Named, size: number, ifFree: boolean): Promise<Progress | null> {
  const row = await store.hold(ctx.db, workspaceId, id, ifFree)
  if (row?.state !== 'running') return null
  await store.holdLoading(ctx.db, workspaceId)
  const lines = together(await store.nextLines(ctx.db, row, size), size)
  if (!lines.length) return { ...await end(ctx, row, 'finished'), done: 0 }
  const outcomes = await loaders[stages[lines[0]!.stage]!](ctx, lines as never)
  return settle(ctx, row, lines, outcomes)
}

/** Lines of one stage, and of its last conversation all or none, unless there is no other. */
function together (lines: StagedLine[], size: number): StagedLine[] {
  const [first, last] = [lines[0], lines.at(-1)]
  if (!first || !last) return []
  const ofStage = lines.filter(({ stage }) => stage === first.stage)
  if (lines.length < size || last.stage !== first.stage || !last.key || last.key === first.key) return ofStage
  return ofStage.filter(({ key }) => key !== last.key)
}

async function settle (ctx: Context, row: ImportRow, lines: readonly StagedLine[], outcomes: readonly Outcome[]): Promise<Progress> {
  const count = (did: string): number => outcomes.filter(outcome => 'did' in outcome && outcome.did === did).length
  const bad = outcomes.flatMap(outcome => 'errors' in outcome ? [{ number: outcome.line, errors: outcome.errors.slice(0, 20) }] : [])
  const last = lines.at(-1)!
  const changes: Partial<ImportRow> = {
    stageDone: last.stage, keyDone: last.key, partDone: last.part, lineDone: last.line,
    linesDone: row.linesDone + lines.length, created: row.created + count('created'), updated: row.updated + count('updated'),
    unchanged: row.unchanged + count('unchanged'), failed: row.failed + bad.length, updatedAt: instantText(ctx)
  }
  await store.keepErrors(ctx.db, row.workspaceId, row.id, placed(bad))
  if (changes.failed! > row.maxErrors) return { ...await end(ctx, row, 'failed', tooManyErrors(row.maxErrors, bad[0]), changes), done: lines.length }
  await store.update(ctx.db, row, changes)
  return { ...row, ...changes, done: lines.length }
}

/** The one line that the others were held up by: it is bad, whatever the reason. */
async function refuseNext (ctx: Context, { workspaceId, id }: Named, thrown: unknown): Promise<Progress | null> {
  const row = await store.hold(ctx.db, workspaceId, id)
  if (row?.state !== 'running') return null
  const [line] = await store.nextLines(ctx.db, row, 1)
  if (!line) return null
  return settle(ctx, row, [line], [{ line: line.line, errors: errorsOf(ctx, thrown) }])
}

/** A mistake of ours is told too, or the same line would be tried in vain for ever. */
function errorsOf (ctx: Context, thrown: unknown): FieldError[] {
  if (isTransient(thrown) || (thrown instanceof ApiError && thrown.code === 'unavailable')) throw thrown
  if (thrown instanceof ApiError) return worded(thrown)
  ctx.services.log.error({ err: thrown, requestId: ctx.requestId }, 'a line of an import could not be loaded')
  return [{ path: '', message: `could not be loaded: something went wrong on our side. The log has it under the request id ${ctx.requestId}` }]
}

/** Works on a batch of whichever import waits longest; gives how many lines. For the worker. */
export async function runImports (services: Services): Promise<number> {
  for (const named of await store.findRunning(services.database.read, 10)) {
    const progress = await runBatch(services, named, true)
    if (progress) return Math.max(progress.done, 1)
  }
  return 0
}

const abandonedAfterMs = 15 * 60_000
const forgetAtOnce = 10_000

/** Gives up imports whose lines nobody sends any more, and forgets the lines of those that have ended. For the worker. */
export async function tidyImports (services: Services, now: number): Promise<number> {
  const { read } = services.database
  let done = 0
  for (const named of await store.findAbandoned(read, new Date(now - abandonedAfterMs).toISOString(), 10)) {
    done += await transact(contextOf(services, null, v7()), async ctx => {
      const row = await store.hold(ctx.db, named.workspaceId, named.id, true)
      if (row?.state !== 'receiving') return 0
      await end({ ...contextFor(services, row), db: ctx.db, transaction: ctx.transaction }, row, 'failed', 'The lines did not come to their end.')
      return 1
    })
  }
  for (const named of await store.findEnded(read, 1)) done += await store.forgetLines(read, named, forgetAtOnce)
  return done
}
