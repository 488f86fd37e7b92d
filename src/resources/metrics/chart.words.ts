import type { Interval } from '../../metrics/buckets.js'

const parts = [['d', 86_400], ['h', 3600], ['min', 60], ['s', 1]] as const
export type TimeUnit = (typeof parts)[number][0]

/** 93784 → `1 d 2 h 3 min 4 s`, or only the `most` largest parts. Business time has no days: they are as long as their hours. */
export function durationText (seconds: number, isBusiness: boolean, most: number = parts.length): string {
  let rest = Math.abs(seconds)
  const words = parts.filter(([unit]) => !isBusiness || unit !== 'd').flatMap(([unit, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    return count ? [`${count} ${unit}`] : []
  })
  return words.length ? `${seconds < 0 ? '−' : ''}${words.slice(0, most).join(' ')}` : '0 s'
}

/** What an axis counts durations in, so that its steps are whole numbers, and how many seconds that is. */
export function timeUnitFor (longest: number, isBusiness: boolean): [TimeUnit, number] {
  if (longest <= 120) return ['s', 1]
  if (longest <= 7200) return ['min', 60]
  return longest <= 172_800 || isBusiness ? ['h', 3600] : ['d', 86_400]
}

const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 })
export const numberText = (value: number): string => number.format(value)

type Format = (at: string) => string
const format = (timeZone: string, options: Intl.DateTimeFormatOptions): Format => {
  const formatter = new Intl.DateTimeFormat('en-GB', { timeZone, ...options })
  return at => formatter.format(Date.parse(at))
}

const day = { day: 'numeric', month: 'short' } as const
const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const

/** How buckets are labelled, by their start. */
export function labelsFor (interval: Interval, timeZone: string): Format {
  switch (interval) {
    case 'hour': return format(timeZone, { ...day, ...clock })
    case 'month': return format(timeZone, { month: 'short', year: 'numeric' })
    case 'year': return format(timeZone, { year: 'numeric' })
    case 'quarter': {
      const [month, year] = [format(timeZone, { month: 'numeric' }), format(timeZone, { year: 'numeric' })]
      return at => `Q${Math.ceil(Number(month(at)) / 3)} ${year(at)}`
    }
    default: return format(timeZone, day)
  }
}

/** A window in words; one of whole days by its first and its last. */
export function windowText (from: string, to: string, timeZone: string): string {
  const [date, time] = [format(timeZone, { ...day, year: 'numeric' }), format(timeZone, clock)]
  if (time(from) !== '00:00' || time(to) !== '00:00') return `${date(from)} ${time(from)} – ${date(to)} ${time(to)}`
  const last = new Date(Date.parse(to) - 1).toISOString()
  return date(from) === date(last) ? date(from) : `${date(from)} – ${date(last)}`
}

export const momentText = (at: string, timeZone: string): string => format(timeZone, { ...day, year: 'numeric', ...clock })(at)
