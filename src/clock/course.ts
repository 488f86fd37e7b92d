import { isOutside } from './advance.js'
import type { Actor } from './facts.js'
import type { View } from './paces.js'
import type { Moment } from './moments.js'
import { choose, changedBetween, sameTerms, termsOf, wasArchived } from './selection.js'
import type { Terms } from './selection.js'
import { pauseReasonOf } from './standard.js'
import type { StandardVersion, StandardVersionSet, TargetKind } from './standard.js'
import { cut } from './story.js'
import type { Ending, Phase, Story } from './story.js'
import { trackGaps, trackOwner, trackResolution, trackWaits } from './track.js'
import type { End, Standing, Start, Track } from './track.js'

const revivable: ReadonlySet<TargetKind> = new Set(['totalResolution', 'requesterWait', 'agentWork'])

/** A clock that has not ended, and since when it has had the version it has. */
interface Open { story: Story, terms: Terms, since: number }

/** The clocks of one target along a conversation's moments: which there were, and under what terms. */
export class Course {
  readonly stories: Story[] = []
  private readonly track: Track
  private open: Open | null = null
  /** What a clock that opened now would be under. */
  private offered: Terms | null = null
  private outside = false

  constructor (
    private readonly kind: TargetKind, private readonly standards: StandardVersionSet, private readonly log: readonly Standing[]
  ) {
    this.track = trackOf(kind)
  }

  /** The first part of a moment: its inputs changed, and `chosen` is the standard for them now. */
  enter (moment: Moment, chosen: StandardVersion | null): void {
    this.end(moment.at, this.track.inputs(moment), moment.actor)
    if (moment.reselects) {
      this.offered = termsOf(chosen, this.kind, moment.entered)
      this.reconsider(moment.at, moment.entered, chosen)
    }
    this.openWhatCounts(moment.at)
  }

  /** The rest of a moment, once `log` says how its instant ended. */
  pass (moment: Moment): void {
    for (const pace of moment.paces) {
      const end = this.track.step(pace, this.terms()?.replyBy ?? null)
      const { at, fact } = pace.step
      this.end(at, isOutside(pace.after) ? outsideEnd(pace.after) : end, fact.actor)
      this.outside = isOutside(pace.after)
      this.joinEarlier(at)
      this.openWhatCounts(at)
    }
  }

  settle (moment: Moment): void {
    this.openWhatCounts(moment.at)
    if (!this.open) return
    const { story, terms } = this.open
    cut(story, phaseOf(terms, { at: moment.at, status: moment.after.status, snoozed: moment.snoozed }))
  }

  private terms (): Terms | null {
    return this.open ? this.open.terms : this.offered
  }

  /** An open clock keeps its version as long as that would still be chosen among those it keeps. */
  private reconsider (at: number, inputs: View, chosen: StandardVersion | null): void {
    if (!this.open) return
    const { story, terms: held, since } = this.open
    const kept = changedBetween(this.standards, since, at) ? choose(this.standards, inputs, at, since) : chosen
    const keeps = kept?.id === held.version.id
    const terms = termsOf(keeps ? kept : chosen, this.kind, inputs)
    if (!terms) {
      const archived = !keeps && chosen === null && wasArchived(this.standards, held.version, at)
      return this.end(at, { by: archived ? 'archived' : 'standardChanged', cancelled: true }, null)
    }
    if (sameTerms(terms, held)) return
    this.open = { story, terms, since: keeps ? since : at }
    const standing = this.log.at(-1)
    cut(story, standing ? phaseOf(terms, { ...standing, at }) : { ...story.phases.at(-1)!, from: at, terms })
  }

  private end (at: number, end: End | null, actor: Actor | null): void {
    if (!end || !this.open) return
    const { story } = this.open
    this.open = null
    story.ending = { at, ...end, actor }
    if (end.cancelled && story.startedAt === at) this.stories.pop()
  }

  private openWhatCounts (at: number): void {
    if (this.open || this.outside || !this.offered) return
    const terms = this.offered
    const start = this.track.start(terms, this.log)
    if (!start) return
    const last = this.stories.at(-1)
    const revived = revivable.has(this.kind) && last?.ending && !last.ending.cancelled ? last : null
    const story = revived ? this.revive(revived, revived.ending!, at, terms) : this.begin(start, at, terms)
    this.open = { story, terms, since: at }
    story.phases.push({ from: at, terms, mode: 'counting', reason: null })
  }

  private begin (start: Start, at: number, terms: Terms): Story {
    const story: Story = {
      kind: this.kind, startedAt: start.at, openedAt: at, openers: start.openers, owner: start.owner ?? null, preludes: [], ending: null,
      phases: this.phasesBetween(start.at, at, terms)
    }
    this.stories.push(story)
    return story
  }

  /** What passed since the reopening counts, should the target have come to apply only later. */
  private revive (story: Story, ending: Ending, at: number, terms: Terms): Story {
    const { terms: former } = story.phases.at(-1)!
    story.phases.push({ from: ending.at, terms: former, mode: 'ended', reason: null, ending })
    const passed = this.phasesBetween(ending.at, at, terms)
    const reopened = passed.findIndex(({ reason }) => reason !== 'resolved')
    if (reopened >= 0) story.phases.push(...passed.slice(reopened))
    story.ending = null
    return story
  }

  /** A merge may bring in a wait that started earlier. */
  private joinEarlier (at: number): void {
    if (!this.open) return
    const { story, terms } = this.open
    const start = this.track.start(terms, this.log)
    if (!start || this.kind === 'firstResolution' || revivable.has(this.kind)) return
    story.openers = start.openers
    if (start.at >= story.startedAt) return
    const phases = this.phasesBetween(start.at, story.startedAt, terms)
    story.preludes.push({ at, to: story.startedAt, phases })
    story.startedAt = start.at
  }

  /** What would have counted in `[from, to)`. Nothing is known of the time before the creation: it counts. */
  private phasesBetween (from: number, to: number, terms: Terms): Phase[] {
    if (from >= to) return []
    const phases: Phase[] = []
    let first: Phase = { from, terms, mode: 'counting', reason: null, passed: true }
    for (const standing of this.log) {
      if (standing.at >= to) break
      const phase = { ...phaseOf(terms, standing), passed: true }
      if (standing.at <= from) first = { ...phase, from }
      else phases.push(phase)
    }
    return [first, ...phases]
  }
}

function trackOf (kind: TargetKind): Track {
  if (kind === 'firstReply' || kind === 'nextReply') return trackWaits(kind)
  if (kind === 'periodicUpdate' || kind === 'pausableUpdate') return trackGaps()
  if (kind === 'assignment' || kind === 'ownership') return trackOwner(kind)
  return trackResolution(kind)
}

function phaseOf (terms: Terms, { at, status, snoozed }: Standing): Phase {
  const reason = pauseReasonOf(terms.pauses, status, snoozed)
  return { from: at, terms, mode: reason ? 'paused' : 'counting', reason }
}

const outsideEnd = ({ mergedAt, spamAt }: View): End =>
  ({ by: mergedAt !== null ? 'merged' : spamAt !== null ? 'spam' : 'deleted', cancelled: true })
