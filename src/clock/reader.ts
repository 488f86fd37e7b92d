import { countedMs, warningMs, whenCounted, whenOpen } from './reading.js'
import type { Calendars, ClockEvent, ClockEventType, ClockState, Reading, Stretch } from './reading.js'
import { sameTerms } from './selection.js'
import type { Terms } from './selection.js'
import type { Ending, Phase, Prelude, Story } from './story.js'

/**
 * Measures one clock as it stands at `now` (definitions, 3). `figuresOnly`: without its events and stretches. With Infinity as
 * `now`, of one that has not ended, what time alone will do to it; then nobody can say what it has consumed.
 */
export const read = (story: Story, calendars: Calendars, now: number, figuresOnly = false): Reading =>
  new Reader(story, calendars, now, figuresOnly).read()

class Reader {
  private terms: Terms
  private mode: Phase['mode'] = 'counting'
  private consumed = 0
  /** The earliest instant at which what was consumed reached the target; kept from then on. */
  private fellDueAt: number | null = null
  private opened = false
  private breachTold = false
  private warned = false
  /** In the phase at hand, when the clock is at risk. */
  private riskAt = Infinity
  private readonly events: ClockEvent[] = []
  private readonly stretches: Stretch[] = []

  constructor (
    private readonly story: Story, private readonly calendars: Calendars, private readonly now: number,
    private readonly figuresOnly: boolean
  ) {
    this.terms = story.phases[0]!.terms
  }

  read (): Reading {
    const { story, now } = this
    const phases = story.preludes.length === 0 ? story.phases : splitAtPreludes(story)
    for (let index = 0; index < phases.length; index++) {
      const phase = phases[index]!
      const to = index + 1 < phases.length ? phases[index + 1]!.from : story.ending?.at ?? now
      if (phase.mode === 'ended') this.rest(phase, to)
      else if (phase.passed) this.catchUp(phase, to)
      else this.run(phase, to, index === phases.length - 1 && !story.ending)
    }
    const end = story.ending ? this.end(story.ending) : null
    return end ?? this.stand(phases.at(-1)!)
  }

  /** Time that had passed before the clock came to be: it counts, and nothing falls due in it. */
  private catchUp ({ from, terms, mode, reason }: Phase, to: number): void {
    const counts = mode === 'counting'
    if (!this.figuresOnly) this.stretch(from, to, counts ? 'running' : 'paused', reason ?? 'counting', counts, terms)
    if (counts) this.consumed += countedMs(terms, this.calendars, from, to)
    this.terms = terms
  }

  private run (phase: Phase, to: number, isLast: boolean): void {
    this.enter(phase)
    const due = this.fellDueAt ?? (phase.mode === 'counting' ? this.projected(phase.from) : Infinity)
    if (this.fellDueAt === null && due < to) this.fellDueAt = due
    if (phase.mode === 'counting') this.warn(phase, due, isLast ? to + 1 : to)
    if (this.fellDueAt !== null && this.fellDueAt < to) this.tellBreach(this.fellDueAt)
    this.stretchOut(phase, due, to)
    if (phase.mode === 'counting' && to < Infinity) this.consumed += countedMs(phase.terms, this.calendars, phase.from, to)
  }

  /** What happens at the very start of a phase. */
  private enter ({ from, terms, mode }: Phase): void {
    const opens = !this.opened
    this.opened = true
    const changed = !opens && !sameTerms(this.terms, terms)
    const was = this.mode
    const fallen = this.fellDueAt !== null
    this.terms = terms
    this.mode = mode
    this.riskAt = Infinity
    for (const prelude of this.story.preludes) if (prelude.at === from) this.takeIn(prelude)
    if (this.consumed < warningMs(terms)) this.warned = false
    if (this.fellDueAt === null && this.consumed >= terms.ms) this.fellDueAt = from
    if (opens) this.tell('clock.started', from, 'running')
    if (was === 'ended') this.tell('clock.resumed', from, fallen ? 'overdue' : 'running')
    if (changed) this.tell('clock.targetChanged', from, fallen ? 'overdue' : mode === 'paused' ? 'paused' : 'running')
    if (this.fellDueAt !== null) return
    if (mode === 'paused' && was !== 'paused') this.tell('clock.paused', from, 'paused')
    if (mode === 'counting' && was === 'paused') this.tell('clock.resumed', from, 'running')
  }

  private takeIn ({ phases, to }: Prelude): void {
    for (const [index, phase] of phases.entries()) this.catchUp(phase, phases[index + 1]?.from ?? to)
  }

  /** A warning comes in open time, before the target is used up, and once until the terms change. */
  private warn ({ from, terms }: Phase, due: number, before: number): void {
    const wanted = warningMs(terms)
    const reached = this.consumed >= wanted
    if (wanted === Infinity || due <= from) return
    const at = reached ? from : whenCounted(terms, this.calendars, from, wanted - this.consumed)
    const riskAt = reached && this.warned ? from : whenOpen(terms, this.calendars, at)
    if (riskAt >= due) return
    this.riskAt = riskAt
    if (riskAt >= before) return
    if (!this.warned) this.tell('clock.atRisk', riskAt, 'atRisk', due)
    this.warned = true
  }

  private tellBreach (dueAt: number): void {
    if (!this.breachTold) this.tell('clock.breached', dueAt, 'overdue', dueAt)
    this.breachTold = true
  }

  /** Cuts a phase where the clock comes to be at risk and, a millisecond after it is due, overdue. */
  private stretchOut ({ from, terms, mode, reason }: Phase, due: number, to: number): void {
    if (this.figuresOnly) return
    const counts = mode === 'counting'
    const why = reason ?? 'counting'
    const within = (at: number): number => Math.min(Math.max(at, from), to)
    const risk = within(Math.min(this.riskAt, due + 1))
    const over = within(due + 1)
    this.stretch(from, risk, counts ? 'running' : 'paused', why, counts, terms)
    this.stretch(risk, over, counts ? 'atRisk' : 'paused', why, counts, terms)
    this.stretch(over, to, 'overdue', why, counts, terms)
  }

  private stretch (from: number, to: number, state: ClockState, reason: string, counts: boolean, terms: Terms): void {
    if (from < to) this.stretches.push({ from, to, state, reason, counts, terms })
  }

  /** An end that a reopening undid, and the time until then. */
  private rest ({ from, ending, terms }: Phase, to: number): void {
    const { state } = this.end(ending!)
    if (this.fellDueAt !== null && this.fellDueAt >= from) this.fellDueAt = null
    this.mode = 'ended'
    if (!this.figuresOnly) this.stretch(from, to, state, 'resolved', false, terms)
  }

  private end (ending: Ending): Reading {
    const { at, by, cancelled } = ending
    const due = this.fellDueAt ?? (cancelled && this.mode !== 'counting' ? Infinity : this.projected(at))
    const state = cancelled ? 'cancelled' : due < at ? 'breached' : 'met'
    this.tell(cancelled ? 'clock.cancelled' : 'clock.fulfilled', at, state, due, by)
    return this.reading({ state, due, ending, nextChangeAt: null, pausedBy: null })
  }

  private stand ({ reason }: Phase): Reading {
    const paused = this.mode === 'paused'
    const due = this.fellDueAt ?? (paused || this.now === Infinity ? Infinity : this.projected(this.now))
    const standing = { due, ending: null, pausedBy: reason }
    if (due < this.now) return this.reading({ ...standing, state: 'overdue', nextChangeAt: null })
    const next = Math.min(due + 1, this.riskAt > this.now && this.riskAt < due ? this.riskAt : Infinity)
    const state = paused ? 'paused' : this.riskAt <= this.now ? 'atRisk' : 'running'
    return this.reading({ ...standing, state, nextChangeAt: orNull(next) })
  }

  private reading (found: Pick<Reading, 'state' | 'ending' | 'nextChangeAt' | 'pausedBy'> & { due: number }): Reading {
    const { due, state, ending, nextChangeAt, pausedBy } = found
    const remainingMs = this.fellDueAt === null ? Math.max(0, this.terms.ms - this.consumed) : 0
    return {
      state, ending, nextChangeAt, pausedBy, remainingMs,
      terms: this.terms, dueAt: orNull(due), riskAt: orNull(this.riskAt), consumedMs: this.consumed,
      events: this.events, stretches: this.stretches.toSorted((a, b) => a.from - b.from)
    }
  }

  /** When the rest of the target is used up if the clock counts on from there. */
  private projected (from: number): number {
    return whenCounted(this.terms, this.calendars, from, this.terms.ms - this.consumed)
  }

  private tell (
    type: ClockEventType, occurredAt: number, state: ClockState, due?: number, endedBy: Ending['by'] | null = null
  ): void {
    if (this.figuresOnly) return
    const stands = due ?? this.fellDueAt ?? (this.mode === 'paused' ? Infinity : this.projected(occurredAt))
    this.events.push({
      type, occurredAt, state, dueAt: orNull(stands), endedBy,
      versionId: this.terms.version.id, targetSeconds: this.terms.ms / 1000
    })
  }
}

const orNull = (at: number): number | null => Number.isFinite(at) ? at : null

/** So that a phase starts wherever a merge brought in earlier time. */
function splitAtPreludes ({ phases, preludes }: Story): Phase[] {
  return phases.flatMap((phase, index) => {
    const to = phases[index + 1]?.from ?? Infinity
    const cuts = preludes.map(({ at }) => at).filter((at) => at > phase.from && at < to)
    return [phase, ...[...new Set(cuts)].map((from) => ({ ...phase, from }))]
  })
}
