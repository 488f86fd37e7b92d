import type { CompiledCalendar } from '../clock/business-time.js'
import type { Actor } from '../clock/facts.js'
import { stateAt, valuesOf } from './subject.js'
import type { Subject, Values } from './subject.js'

/** One thing that a metric counts or measures. */
export interface Sample {
  conversationId: string
  start: number
  end: number
  /** Milliseconds of a duration, in the basis of the query; a plain number of what is a number; else 1. */
  value: number
  /** Of a rate: whether it is in the numerator. */
  counted: boolean
  /** It may still change by time alone. */
  provisional: boolean
  /** What is counted once, where that is not the sample itself. */
  key: string | null
  values: Values
}

export interface Measuring {
  /** Null: calendar time. */
  calendar: CompiledCalendar | null
  bucketBy: 'start' | 'end'
  withinMs: number
  /** The contact that one is now, after merges. */
  survivorOf: (contactId: string) => string
}

/** Time in the basis of the query. */
export const measured = ({ calendar }: Measuring, from: number, to: number): number =>
  calendar ? calendar.businessMs(from, to) : to - from

export const agentOf = (actor: Actor | null): string | null => actor?.kind === 'agent' ? actor.id : null

type Given = Partial<Omit<Sample, 'conversationId' | 'values'>> & { end: number, agent: string | null }

/** A sample with the values of its end. */
export function sampleOf (subject: Subject, { end, agent, ...given }: Given, actor: Actor | null = null): Sample {
  return {
    conversationId: subject.id, start: end, end, value: 1, counted: false, provisional: false, key: null, ...given,
    values: valuesOf(stateAt(subject, end), agent, actor?.kind ?? null)
  }
}

/** A stretch of time as a sample. */
export const spanOf = (subject: Subject, measuring: Measuring, start: number, end: number, agent: string | null): Sample =>
  sampleOf(subject, { start, end, agent, value: measured(measuring, start, end) })
