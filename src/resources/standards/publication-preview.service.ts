import { setImmediate } from 'node:timers/promises'
import { clocksUnder, type Clock } from '../../clock/clocks.js'
import { targetKinds, type StandardVersion, type StandardVersionSet, type TargetKind } from '../../clock/standard.js'
import { allow, instantOf, instantText, reading, type Context } from '../../context.js'
import { ApiError, conflict } from '../../errors.js'
import { factsOfConversations, openConversationIds } from '../conversations/facts.service.js'
import { compiledCalendars } from '../calendars/compiled.service.js'
import { pureVersion } from './content.js'
import { promisesOf } from './promised.service.js'
import type { PublicationEffect, PublicationEffects, PublicationPreview } from './publication-preview.shapes.js'
import { checkPromise } from './publishing.service.js'
import { getStandard, refuseArchived } from './standard.service.js'
import type { Standard } from './standard.shapes.js'

const maxConversations = 20_000
const batchSize = 200
/** So many conversations are computed before others in this process have their turn. */
const turn = 20

/** Counts what publishing the draft now would do to open clocks, both ways, and changes nothing. */
export async function previewPublication (ctx: Context, ref: string): Promise<PublicationPreview> {
  const { workspaceId } = allow(ctx, 'standards:read')
  const standard = await getStandard(ctx, ref)
  refuseArchived(standard)
  if (!standard.draft) throw conflict('There is no draft to publish. Change the standard first.')
  checkPromise(standard.draft)
  const [{ standards }, calendars, ids] = await Promise.all([promisesOf(ctx), compiledCalendars(ctx), reading(openConversationIds(ctx.db, workspaceId, maxConversations + 1))])
  if (ids.length > maxConversations) {
    throw new ApiError('tooComplex', `More than ${maxConversations} conversations are open, which is too much for one answer. Run a backtest of the draft instead.`)
  }
  const both = { keep: new Effects(), reapply: new Effects() }
  const sets = [standards, published(ctx, standards, standard, 'keep'), published(ctx, standards, standard, 'reapply')]
  for (let from = 0; from < ids.length; from += batchSize) {
    const facts = await factsOfConversations(ctx, ids.slice(from, from + batchSize))
    let at = 0
    for (const timeline of facts.values()) {
      if (++at % turn === 0) await setImmediate()
      const [before, keep, reapply] = clocksUnder(timeline, sets, calendars, instantOf(ctx)).map(open)
      both.keep.add(before!, keep!)
      both.reapply.add(before!, reapply!)
    }
  }
  return { conversations: ids.length, keep: both.keep.counted(), reapply: both.reapply.counted() }
}

/** The standards as they would be with the draft published now. */
function published (ctx: Context, standards: StandardVersionSet, { id, draft, position }: Standard, apply: StandardVersion['apply']): StandardVersionSet {
  const version = pureVersion({ ...draft!, publishedAt: instantText(ctx), apply, position })
  const known = standards.find(standard => standard.id === id)
  return [...standards.filter(standard => standard.id !== id), { id, archivedAt: null, versions: [...known?.versions ?? [], version] }]
}

/** What is open, by key. */
const open = (clocks: readonly Clock[]): Map<string, Clock> => new Map(clocks.filter(({ endedAt }) => endedAt === null).map(clock => [clock.key, clock]))

class Effects {
  readonly #targets = new Map<TargetKind, PublicationEffect>()
  #conversations = 0

  add (before: Map<string, Clock>, after: Map<string, Clock>): void {
    let touched = false
    const count = (target: TargetKind, what: Exclude<keyof PublicationEffect, 'target'>): void => {
      const effect = this.#targets.get(target) ?? { target, kept: 0, changed: 0, cancelled: 0, started: 0 }
      effect[what]++
      this.#targets.set(target, effect)
      touched ||= what !== 'kept'
    }
    for (const [key, { target, versionId }] of before) {
      const now = after.get(key)
      count(target, !now ? 'cancelled' : now.versionId === versionId ? 'kept' : 'changed')
    }
    for (const [key, { target }] of after) if (!before.has(key)) count(target, 'started')
    if (touched) this.#conversations++
  }

  counted (): PublicationEffects {
    return { conversations: this.#conversations, targets: targetKinds.flatMap(target => this.#targets.get(target) ?? []) }
  }
}
