import { z } from 'zod'
import { reading, type Context } from '../../context.js'
import { notFound } from '../../errors.js'
import { inWords } from './in-words.js'
import type { Pledge } from './pledge.shapes.js'
import { findPublic } from './pledge.store.js'

/** What a workspace promises in public: for everybody, without a key. */
export async function getPledge (ctx: Context, workspace: string): Promise<Pledge> {
  const found = await reading(findPublic(ctx.db, workspace, z.uuid().safeParse(workspace).success))
  if (!found) throw notFound('Workspace')
  return {
    workspace: found.workspace,
    standards: found.versions.map(version => ({
      id: version.standardId, name: version.name, statement: version.statement, value: version.value, origin: version.origin,
      jurisdiction: version.jurisdiction, source: version.source, since: version.publishedAt!,
      targets: version.targets.map(target => ({ kind: target.kind, words: inWords(target), attainment90Days: null }))
    }))
  }
}
