import { z } from 'zod'
import { instantOf, reading, type Context } from '../../context.js'
import { notFound } from '../../errors.js'
import { inWords } from './in-words.js'
import type { Pledge } from './pledge.shapes.js'
import { attainedSince, findPublic, type Attained, type Published } from './pledge.store.js'

const windowMs = 90 * 86_400_000

/** What a workspace promises in public, and where it tells, how that was kept: for everybody, without a key. */
export async function getPledge (ctx: Context, workspace: string): Promise<Pledge> {
  const found = await reading(findPublic(ctx.db, workspace, z.uuid().safeParse(workspace).success))
  if (!found) throw notFound('Workspace')
  const attained = await attainedOf(ctx, found)
  return {
    workspace: found.workspace,
    standards: found.versions.map(version => ({
      id: version.standardId, name: version.name, statement: version.statement, value: version.value, origin: version.origin,
      jurisdiction: version.jurisdiction, source: version.source, since: version.publishedAt!,
      targets: version.targets.map(target => ({
        kind: target.kind, words: inWords(target),
        attainment90Days: shareOf(attained.find(each => each.standardId === version.standardId && each.target === target.kind))
      }))
    }))
  }
}

async function attainedOf (ctx: Context, { workspaceId, tellsAttainment, versions }: Published): Promise<Attained[]> {
  if (!tellsAttainment || !versions.length) return []
  const now = instantOf(ctx)
  const ids = versions.map(({ standardId }) => standardId)
  return reading(attainedSince(ctx.db, workspaceId, ids, new Date(now - windowMs).toISOString(), new Date(now).toISOString()))
}

/** Null without a denominator. */
const shareOf = (attained: Attained | undefined): number | null =>
  attained && attained.met + attained.missed > 0 ? attained.met / (attained.met + attained.missed) : null
