import type { Actor, Status } from '../clock/facts.js'
import type { Life } from '../clock/life.js'
import { stateAt, valuesOf } from './subject.js'
import type { Subject, Values } from './subject.js'

/** What was in one status from an instant on, until the next span or the end of its trace. */
export interface Span { status: Status, from: number }

/**
 * What metrics keep of a conversation, whatever is asked later: no basis, bucket, window, filter or grouping is in it.
 * Instants are milliseconds since the epoch.
 */
export interface Trace {
  start: number
  /** Null goes on: to whatever now it is looked at from. */
  end: number | null
  /** Those of its end; of what goes on, the last ones. */
  values: Values
  /** Bits, by family. */
  flags?: number
  /** A plain number, by family. */
  value?: number
  /** When it was undone. */
  until?: number | null
  /** Whom it is of, where such are counted once each. */
  key?: string | null
  /** Its statuses without a gap, where time in them is measured. */
  spans?: Span[]
}

export const agentOf = (actor: Actor | null): string | null => actor?.kind === 'agent' ? actor.id : null

/** The values of an instant, all facts up to and including it. */
export const valuesAt = (subject: Subject, at: number, agent: string | null, actor: Actor | null = null): Values =>
  valuesOf(stateAt(subject, at), agent, actor?.kind ?? null)

/** The last values, with the assignee as agent. */
export const valuesNow = ({ life: { state } }: Subject): Values => valuesOf(state, state.agentId)

export const spansUntil = ({ statuses }: Life, end: number): Span[] =>
  statuses.filter(({ from }) => from < end).map(({ status, from }) => ({ status, from }))
