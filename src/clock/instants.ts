/** Instants are milliseconds since the epoch; a day number counts the days of the date since 1970-01-01. */

export const minuteMs = 60_000
export const dayMs = 86_400_000

/** Calendars answer for the years 1970 to 2100. Looking ahead ends at `latestInstant`, and so is always bounded. */
export const earliestInstant = 0
export const latestInstant = Date.UTC(2101, 0, 1)

/**
 * What is computed once and kept (changes of offset, opening hours) is kept per block: 366 days of UTC. Blocks of
 * one length need no calendar arithmetic to find the one that an instant is in.
 */
export const blockMs = 366 * dayMs
export const blockOf = (at: number): number => Math.floor(at / blockMs)

/** Throws a RangeError for what is not an instant between 1970 and the end of 2100. */
export function assertInstant (at: number): void {
  if (!(at >= earliestInstant && at <= latestInstant)) {
    throw new RangeError(`${at} is not an instant in milliseconds between the years 1970 and 2100`)
  }
}

/** '2026-12-24' → its day number; null when it is not a date of the years 1970 to 2100. */
export function dayNumberOf (date: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)
  if (!match) return null
  const at = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
  return at >= earliestInstant && at < latestInstant && dateOf(at / dayMs) === date ? at / dayMs : null
}

export const dateOf = (dayNumber: number): string => new Date(dayNumber * dayMs).toISOString().slice(0, 10)
