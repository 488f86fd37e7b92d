import { v7 } from 'uuid'
import { allow, instantText, transact, type Context } from '../../context.js'
import { ApiError, conflict } from '../../errors.js'
import { record } from '../../events/record.js'
import { end, getImport } from './import.service.js'
import { maxBodyBytes, type CreateImport, type Import } from './import.shapes.js'
import * as store from './import.store.js'
import { isBad, linesOf, readLine, type BadLine, type ReadLine } from './lines.js'

/** So many lines are stored in one transaction. */
const batchLines = 5_000
const batchBytes = 8 * 1_048_576

/** Begins an import; its lines are to come. */
export async function beginImport (ctx: Context, input: CreateImport): Promise<Import> {
  const { workspaceId, actor, scopes } = allow(ctx, 'imports:write')
  return transact(ctx, async ctx => {
    const id = v7()
    const now = instantText(ctx)
    await store.insert(ctx.db, workspaceId, {
      id, ...input, state: 'receiving', actorKind: actor.kind, actorId: actor.id, scopes: [...scopes], createdAt: now, updatedAt: now
    })
    const made = (await store.find(ctx.db, workspaceId, id))!
    record(ctx, 'import.created', made)
    return made
  })
}

/** Takes a whole file as the body of one request, and leaves the loading to the workers. */
export async function createImport (ctx: Context, input: CreateImport, body: AsyncIterable<Uint8Array>): Promise<Import> {
  const made = await beginImport(ctx, input)
  if (ctx.replayed.yes) {
    for await (const _ of body);
    return getImport({ ...ctx, idempotency: null }, made.id)
  }
  const own = { ...ctx, idempotency: null }
  try {
    await receiveLines(own, made.id, bounded(body))
  } catch (error) {
    await giveUp(own, made.id, error instanceof ApiError ? error.detail : 'The lines did not come to their end.')
    throw error
  }
  return finishReceiving(own, made.id)
}

async function * bounded (body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw new ApiError('tooLarge', `The body is larger than ${maxBodyBytes / 1_048_576} MiB. Send it in several imports, or load the file by the command line.`)
    yield chunk
  }
}

/**
 * Stores the lines of a file, from where an earlier reading stopped on; `source` gives its bytes from there. `told` hears how
 * far it is.
 */
export async function receiveLines (ctx: Context, id: string, source: AsyncIterable<Uint8Array>, told: (read: { bytes: number, lines: number }) => void = () => {}): Promise<void> {
  const { workspaceId } = allow(ctx, 'imports:write')
  const row = await transact(ctx, async ctx => store.hold(ctx.db, workspaceId, id))
  let lines = row!.linesRead
  let batch: Batch = { good: [], bad: [], bytes: 0 }
  let [end, last] = [row!.bytesRead, row!.lastLine]
  // One batch is being stored while the next one is being read.
  let storing: Promise<void> = Promise.resolve()
  const flush = async (): Promise<void> => {
    lines += batch.good.length + batch.bad.length
    const [full, read] = [batch, { bytes: end, lines }]
    const progress = { bytesRead: end, lastLine: last, linesRead: lines }
    batch = { good: [], bad: [], bytes: 0 }
    await storing
    storing = keep(ctx, workspaceId, id, full, progress)
    storing.then(() => told(read), () => {})
  }
  for await (const some of linesOf(source, { line: last, byte: end })) {
    for (const line of some) {
      const read = readLine(line)
      if (read) {
        if (isBad(read)) batch.bad.push(read)
        else batch.good.push(read)
      }
      [end, last] = [line.end, line.number]
      batch.bytes += line.text?.length ?? 0
      if (batch.good.length + batch.bad.length >= batchLines || batch.bytes >= batchBytes) await flush()
    }
  }
  await flush()
  await storing
}

interface Batch { good: ReadLine[], bad: BadLine[], bytes: number }

async function keep (ctx: Context, workspaceId: string, id: string, { good, bad }: Batch, progress: Pick<store.ImportRow, 'bytesRead' | 'lastLine' | 'linesRead'>): Promise<void> {
  await transact(ctx, async ctx => {
    const row = await store.hold(ctx.db, workspaceId, id)
    if (row?.state !== 'receiving') throw conflict(`This import was ${row?.state ?? 'taken away'} while its lines were coming.`)
    const failed = row.failed + bad.length
    if (failed > row.maxErrors) throw new ApiError('invalid', tooManyErrors(row.maxErrors, bad[0]))
    const earliest = good.reduce<string | null>((least, { occurredAt }) => occurredAt !== null && (least === null || occurredAt < least) ? occurredAt : least, row.earliestAt)
    await Promise.all([
      store.keepLines(ctx.db, workspaceId, id, good),
      store.keepErrors(ctx.db, workspaceId, id, placed(bad)),
      store.update(ctx.db, row, { ...progress, failed, linesDone: row.linesDone + bad.length, earliestAt: earliest, updatedAt: instantText(ctx) })
    ])
  })
}

/** Each error of a line in its place. */
export const placed = (bad: ReadonlyArray<{ number: number, errors: BadLine['errors'] }>): store.Placed[] =>
  bad.flatMap(({ number, errors }) => errors.map(({ path, message }, position) => ({ line: number, position, path, message })))

export const tooManyErrors = (maxErrors: number, example?: BadLine): string => `More than ${maxErrors} lines have errors.` +
  (example ? ` One is line ${example.number}: ${example.errors[0]?.path} ${example.errors[0]?.message}.` : '')

/** All lines are there: they are worked on from now on. */
export async function finishReceiving (ctx: Context, id: string): Promise<Import> {
  const { workspaceId } = allow(ctx, 'imports:write')
  return transact(ctx, async ctx => {
    const row = await store.hold(ctx.db, workspaceId, id)
    if (row?.state === 'receiving') await store.update(ctx.db, row, { state: 'running', updatedAt: instantText(ctx) })
    return (await store.find(ctx.db, workspaceId, id))!
  })
}

async function giveUp (ctx: Context, id: string, reason: string): Promise<void> {
  const { workspaceId } = allow(ctx, 'imports:write')
  await transact(ctx, async ctx => {
    const row = await store.hold(ctx.db, workspaceId, id)
    if (row?.state === 'receiving') await end(ctx, row, 'failed', reason)
  })
}
