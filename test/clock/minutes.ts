import { inOrder } from '../../src/clock/facts.js'
import type { Fact, Priority, Status } from '../../src/clock/facts.js'
import type { BusinessCalendar, ClockState } from '../../src/clock/reading.js'
import { defaultPauses } from '../../src/clock/standard.js'
import type { StandardVersion, Target, TargetKind } from '../../src/clock/standard.js'
import { monday } from './arbitrary.js'

/**
 * A second implementation of clocks for tests alone, which walks minute by minute and keeps nothing but the obvious.
 * It knows timelines on whole minutes, in which nothing changes the past, and standards that are never republished.
 */

const minute = 60_000

/** A calendar of whole minutes that asks each of them whether it is open. */
export function minuteCalendar (open: (minuteSinceMonday: number) => boolean): BusinessCalendar {
  const isOpen = (at: number): boolean => open(Math.floor((at - monday) / minute))
  const edge = (at: number): number => at - ((at - monday) % minute + minute) % minute + minute
  return {
    businessMs (from, to) {
      let sum = 0
      for (let at = from; at < to; at = edge(at)) if (isOpen(at)) sum += Math.min(edge(at), to) - at
      return sum
    },
    addBusinessMs (from, span) {
      let left = span
      for (let at = from; at < from + 60 * 86_400_000; at = edge(at)) {
        if (left === 0) return at
        if (!isOpen(at)) continue
        if (left <= edge(at) - at) return at + left
        left -= edge(at) - at
      }
      return null
    },
    firstOpenAtOrAfter (from) {
      for (let at = from; at < from + 60 * 86_400_000; at = edge(at)) if (isOpen(at)) return at
      return null
    },
    pieces (from, to) {
      const pieces = []
      for (let at = from; at < to; at = edge(at)) {
        const end = Math.min(edge(at), to)
        pieces.push({ from: at, to: end, open: isOpen(at), version: 0, reason: 'hours', name: null })
      }
      return pieces
    }
  }
}

const replies = ['firstReply', 'nextReply'] as const
const updates = ['periodicUpdate', 'pausableUpdate'] as const
const totals = ['totalResolution', 'requesterWait', 'agentWork'] as const
const fromCreation = [...updates, 'firstResolution', ...totals] as const

interface SlowTerms { version: StandardVersion, target: Target, minutes: number }

export interface SlowClock {
  target: TargetKind
  startedAt: number
  openedAt: number
  dueAt: number | null
  consumedMinutes: number
  state: ClockState
  endedAt: number | null
  endedBy: string | null
}

interface Running {
  kind: TargetKind
  start: number
  opened: number
  /** By minute, from its opening on. */
  terms: Map<number, SlowTerms>
  /** Minutes in which it stood ended, and those in which nothing could fall due: these too, until it was revived. */
  asleep: Set<number>
  silent: Set<number>
  ended: { at: number, by: string, cancelled: boolean } | null
}

export class MinuteWalk {
  readonly clocks: Running[] = []
  readonly status: Status[] = []
  readonly snoozed: boolean[] = []
  #status: Status = 'new'
  #agent: string | null = null
  #team: string | null = null
  #priority: Priority = 'normal'
  #tags = new Set<string>()
  #until = -Infinity
  /** Per target, since which minute there is something to count; judged by people's replies alone. */
  #since = new Map<TargetKind, number>()
  #agentWrote = false
  #episodes = 0

  constructor (
    readonly facts: readonly Fact[], readonly versions: readonly StandardVersion[], readonly now: number,
    readonly open: (minute: number) => boolean
  ) {
    const ordered = facts.toSorted(inOrder)
    for (let at = 0; at <= now; at++) {
      this.#minute(at, ordered.filter((fact) => (fact.occurredAt - monday) / minute === at))
      this.status.push(this.#status)
      this.snoozed.push(at < this.#until)
    }
  }

  #minute (at: number, facts: Fact[]): void {
    const early = facts.filter(({ kind }) => ['created', 'priority', 'tags', 'assignment'].includes(kind))
    const [agent, team] = [this.#agent, this.#team]
    for (const fact of early) this.#input(fact)
    if (at === 0) for (const kind of fromCreation) this.#since.set(kind, 0)
    if (at === 0 || agent !== this.#agent) {
      this.#end('assignment', at, 'assigned')
      if (this.#agent === null && this.#status !== 'resolved') this.#since.set('assignment', at)
    }
    if (at === 0 || agent !== this.#agent || team !== this.#team) {
      this.#end('ownership', at, this.#agent === null ? 'unassigned' : 'handedOver')
      if (this.#agent !== null && this.#status !== 'resolved') this.#since.set('ownership', at)
    }
    this.#choose(at)
    for (const fact of facts) {
      if (!early.includes(fact)) this.#happen(at, fact)
      this.#choose(at)
    }
  }

  #input (fact: Fact): void {
    if (fact.kind === 'created') [this.#agent, this.#team, this.#priority] = [fact.agentId, fact.teamId, fact.priority]
    if (fact.kind === 'created' && fact.agentId !== null) this.#status = 'open'
    if (fact.kind === 'priority') this.#priority = fact.priority
    if (fact.kind === 'tags') {
      for (const tag of fact.remove) this.#tags.delete(tag)
      for (const tag of fact.add) this.#tags.add(tag)
    }
    if (fact.kind !== 'assignment') return
    if (fact.agentId && !fact.setsStatus && this.#status === 'new') this.#status = 'open'
    if (fact.agentId !== undefined) this.#agent = fact.agentId
    if (fact.teamId !== undefined) this.#team = fact.teamId
  }

  #happen (at: number, fact: Fact): void {
    if (fact.kind === 'snooze') this.#until = (fact.until - monday) / minute
    if (fact.kind === 'status') this.#move(at, fact.status)
    if (fact.kind === 'inbound' && fact.qualifies && fact.countsForService) {
      this.#until = -Infinity
      if (['pending', 'onHold', 'resolved'].includes(this.#status)) this.#move(at, 'open')
      if (!this.#since.has('firstReply') && !this.#since.has('nextReply')) {
        this.#since.set(this.#episodes === 0 && !this.#agentWrote ? 'firstReply' : 'nextReply', at)
        this.#episodes += 1
      }
    }
    if (fact.kind !== 'reply' || fact.actor.kind !== 'agent' || fact.autoGenerated) return
    this.#agentWrote = true
    if (this.#status === 'new' && !fact.setsStatus) this.#move(at, 'open')
    if (!fact.toCustomer) return
    for (const kind of [...replies, ...updates]) this.#end(kind, at, 'reply')
    for (const kind of updates) this.#since.set(kind, at)
  }

  #move (at: number, to: Status): void {
    const from = this.#status
    this.#status = to
    if (to === 'resolved' && from !== 'resolved') {
      for (const kind of replies) this.#end(kind, at, 'resolvedWithoutReply')
      for (const kind of ['firstResolution', ...totals, 'ownership'] as const) this.#end(kind, at, 'resolved')
      this.#end('assignment', at, 'resolved', true)
    }
    if (from !== 'resolved' || to === 'resolved') return
    for (const kind of totals) this.#since.set(kind, 0)
    this.#since.set(this.#agent === null ? 'assignment' : 'ownership', at)
  }

  /** A clock of that kind ends; what was counted is over. */
  #end (kind: TargetKind, at: number, by: string, cancelled = false): void {
    this.#since.delete(kind)
    const clock = this.#running(kind)
    if (!clock) return
    clock.ended = { at, by, cancelled }
    if (cancelled && clock.start === at) this.clocks.splice(this.clocks.indexOf(clock), 1)
  }

  #running = (kind: TargetKind): Running | undefined => this.clocks.find((clock) => clock.kind === kind && !clock.ended)

  #terms (kind: TargetKind): SlowTerms | null {
    const version = this.versions.find(({ condition, default: isDefault }) => isDefault ||
      (condition !== null && 'in' in condition && condition.in!.some((tag) => this.#tags.has(String(tag)))))
    const target = version?.targets.find((one) => one.kind === kind)
    const seconds = target?.seconds[this.#priority]
    return version && target && seconds !== undefined ? { version, target, minutes: seconds / 60 } : null
  }

  #choose (at: number): void {
    const kinds = new Set(this.versions.flatMap(({ targets }) => targets.map(({ kind }) => kind)))
    for (const kind of kinds) {
      const terms = this.#terms(kind)
      const clock = this.#running(kind)
      if (clock && terms) clock.terms.set(at, terms)
      else if (clock) clock.ended = { at, by: 'standardChanged', cancelled: true }
      else if (terms && this.#since.has(kind)) this.#begin(kind, at, terms)
    }
  }

  #begin (kind: TargetKind, at: number, terms: SlowTerms): void {
    const sleeping = this.clocks.findLast((clock) => clock.kind === kind)
    const revives = totals.some((one) => one === kind) && sleeping?.ended && !sleeping.ended.cancelled
    const clock: Running = revives ? sleeping! : {
      kind, start: this.#since.get(kind)!, opened: at, terms: new Map(), asleep: new Set(), silent: new Set(),
      ended: null
    }
    for (let i = clock.ended?.at ?? at; i < at; i++) {
      clock.silent.add(i)
      if (this.status[i] === 'resolved') clock.asleep.add(i)
      else clock.terms.set(i, terms)
    }
    if (!revives) this.clocks.push(clock)
    clock.ended = null
    clock.terms.set(at, terms)
  }

  /** Works the clocks out as they stand at `now`. */
  result (): SlowClock[] {
    return this.clocks.map((clock) => this.#read(clock))
  }

  #counts (at: number, { target }: SlowTerms): boolean {
    const pauses = target.pauses ?? defaultPauses[target.kind]
    if (pauses.some((pause) => pause === this.status[Math.min(at, this.now)])) return false
    if (pauses.includes('snoozed') && this.snoozed[Math.min(at, this.now)]) return false
    return target.basis === 'calendar' || this.open(at)
  }

  #read (clock: Running): SlowClock {
    const until = clock.ended?.at ?? this.now
    let terms = clock.terms.get(clock.opened)!
    let consumed = 0
    let due: number | null = null
    for (let at = clock.start; at <= until; at++) {
      terms = clock.terms.get(at) ?? terms
      const asleep = clock.asleep.has(at)
      const silent = at < clock.opened || clock.silent.has(at)
      if (!silent && due === null && consumed >= terms.minutes) due = at
      if (at < until && !asleep && this.#counts(at, terms)) consumed += 1
    }
    return this.#told(clock, terms, consumed, due)
  }

  #told (clock: Running, terms: SlowTerms, consumed: number, fell: number | null): SlowClock {
    const end = clock.ended
    // One that ended at the instant at which it came to be had never stood still.
    const paused = end?.at !== clock.opened && this.#isPaused(end?.at ?? this.now, terms, end !== null)
    const until = end?.at ?? this.now
    const due = fell ?? (paused && (!end || end.cancelled) ? null : this.#ahead(until, terms, consumed))
    const late = due !== null && due < until
    const ended = end?.cancelled ? 'cancelled' : late ? 'breached' : 'met'
    const state = end ? ended : late ? 'overdue' : paused ? 'paused' : 'running'
    const at = (minutes: number | null): number | null => minutes === null ? null : monday + minutes * minute
    return {
      target: clock.kind, startedAt: at(clock.start)!, openedAt: at(clock.opened)!, dueAt: at(due),
      consumedMinutes: consumed, state, endedAt: at(end?.at ?? null), endedBy: end?.by ?? null
    }
  }

  /** Where a clock ended, it had stood as in the minute before. */
  #isPaused (at: number, { target }: SlowTerms, ended: boolean): boolean {
    const index = ended ? at - 1 : at
    if (index < 0) return false
    const pauses = target.pauses ?? defaultPauses[target.kind]
    return pauses.some((pause) => pause === this.status[index] || (pause === 'snoozed' && this.snoozed[index]))
  }

  /** Counting on from there, whatever the status. */
  #ahead (from: number, { target, minutes }: SlowTerms, consumed: number): number {
    let at = from
    for (let left = minutes - consumed; left > 0; at++) if (target.basis === 'calendar' || this.open(at)) left -= 1
    return at
  }
}
