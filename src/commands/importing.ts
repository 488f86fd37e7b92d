import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { v7 } from 'uuid'
import { systemContext, type Context } from '../context.js'
import { fromHelpdeskCsv } from '../resources/imports/from/helpdesk-csv.js'
import type { Import } from '../resources/imports/import.shapes.js'
import { getImport, importByExternalId } from '../resources/imports/import.service.js'
import { beginImport, finishReceiving, receiveLines } from '../resources/imports/receiving.service.js'
import { runBatch } from '../resources/imports/running.service.js'
import { findWorkspace, onlyWorkspace } from '../resources/workspaces/workspace.service.js'
import { scopes } from '../scopes.js'
import { Bar } from './bar.js'
import { once } from './running.js'

export interface ImportOptions { workspace?: string, from: 'ndjson' | 'helpdesk-csv', maxErrors: number, again?: boolean, json?: boolean }

const chunkBytes = 1_048_576

export const importFile = (file: string, options: ImportOptions): Promise<void> => once(async ({ services }) => {
  const workspace = options.workspace ? await findWorkspace(services, options.workspace) : await onlyWorkspace(services)
  if (!workspace) throw new Error(options.workspace ? `There is no workspace ${options.workspace}.` : 'Say into which workspace: --workspace <slug or id>.')
  const ctx = systemContext(services, workspace.id, scopes, `import ${v7()}`)
  const { size, mtimeMs } = await stat(file)
  // The same file, unchanged, is the same import: so it goes on after a kill.
  const key = createHash('sha256').update(`${resolve(file)}\n${size}\n${mtimeMs}\n${options.from}`).digest('hex')
  const externalId = `file:${key.slice(0, 32)}${options.again ? `:${v7()}` : ''}`
  const earlier = await importByExternalId(ctx, externalId)
  const begun = earlier ?? await beginImport(ctx, { name: basename(file), externalId, maxErrors: options.maxErrors })
  const bar = new Bar(process.stderr, Date.now)
  if (begun.state === 'receiving') await read(ctx, begun, file, options, size, bar)
  await load(ctx, begun.id, bar)
  report(await getImport(ctx, begun.id), options)
})

/** Stores the lines, from where an earlier reading stopped on; what is converted is converted from its beginning. */
async function read (ctx: Context, { id, bytesRead }: Import, file: string, { from }: ImportOptions, size: number, bar: Bar): Promise<void> {
  const isPlain = from === 'ndjson'
  let bytes = isPlain ? bytesRead : 0
  const source = counted(createReadStream(file, { start: bytes, highWaterMark: chunkBytes }), length => { bytes += length })
  const lines = isPlain ? source : skipping(fromHelpdeskCsv(source), bytesRead)
  await receiveLines(ctx, id, lines, ({ lines }) => bar.show('Reading', bytes / Math.max(size, 1), lines, 'lines'))
  bar.done()
  await finishReceiving(ctx, id)
}

async function * counted (source: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    count(chunk.length)
    yield chunk
  }
}

/** The bytes after the first so many. */
async function * skipping (source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes
  for await (const chunk of source) {
    const skipped = Math.min(left, chunk.length)
    left -= skipped
    if (skipped < chunk.length) yield chunk.subarray(skipped)
  }
}

async function load (ctx: Context, id: string, bar: Bar): Promise<void> {
  const { workspaceId } = ctx.caller!
  for (;;) {
    const progress = await runBatch(ctx.services, { workspaceId, id }, false)
    if (!progress) break
    const { linesDone, linesRead, failed } = progress
    bar.show('Loading', linesDone / Math.max(linesRead, 1), linesDone, failed ? `lines, ${failed} of them bad` : 'lines')
    if (progress.state !== 'running') break
  }
  bar.done()
}

function report (made: Import, { json }: ImportOptions): void {
  const { state, reason, linesRead, created, updated, unchanged, failed, errors } = made
  if (json) process.stdout.write(`${JSON.stringify(made)}\n`)
  else {
    for (const { line, path, message } of errors) process.stdout.write(`line ${line}: ${path ? `${path}: ` : ''}${message}\n`)
    const more = failed > errors.length && errors.length >= 100 ? ' (the first 100 errors are shown)' : ''
    process.stdout.write(`${state}${reason ? `: ${reason}` : ''}; ${linesRead} lines: ${created} made something, ${updated} changed something, ${unchanged} said what was known, ${failed} are bad${more}\n`)
  }
  if (state !== 'finished' || failed) process.exitCode = 1
}
