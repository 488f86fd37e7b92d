import { LRUCache } from 'lru-cache'
import { blockMs, blockOf, dayMs } from './instants.js'

/** A span `[from, to)` in which the place's clocks kept one distance from UTC: wall clock = instant + `offset` (ms). */
export interface Spell { from: number, to: number, offset: number }

/**
 * Of the names without a slash only those of the IANA database are zones. ICU also answers to abbreviations of its own,
 * in which IST is India, AST Alaska and ECT Paris.
 */
const plainNames = new Set(`CET CST6CDT Cuba EET Egypt Eire EST EST5EDT GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich
  Hongkong HST Iceland Iran Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT Navajo NZ NZ-CHAT Poland Portugal PRC
  PST8PDT ROC ROK Singapore Turkey UCT Universal UTC W-SU WET Zulu`.toLowerCase().split(/\s+/))

/** An IANA name that this server knows; an offset such as +02:00 is not a zone, since it knows no summer time. */
export function isTimeZone (name: string): boolean {
  const lower = name.toLowerCase()
  if (!/^[a-z][a-z0-9_+-]*(\/[a-z0-9_+-]+)*$/.test(lower) || lower.startsWith('systemv/')) return false
  if (!lower.includes('/') && !plainNames.has(lower)) return false
  try {
    formatFor(name)
    return true
  } catch {
    return false
  }
}

/** A formatter takes some 25 kB; the spells found with it are small, and are what is kept. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 32 })

function formatFor (timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit'
    })
    formats.set(timeZone, format)
  }
  return format
}

/** The offset at a whole second, from the wall clock as Intl writes it: 10/25/2026, 02:30:00. */
function readOffset (format: Intl.DateTimeFormat, at: number): number {
  const text = format.format(at)
  const [month, day, year, hour, minute, second] = text.split(/\D+/).map(Number) as [
    number, number, number, number, number, number]
  return Date.UTC(year, month - 1, day, hour, minute, second) - at
}

/**
 * The shortest spell since 1970 lasted six days and 23 hours (Recife, October 2000; some of Gaza's from 2040 on are as
 * short), so probes three days apart miss none and never have two changes between them.
 */
const probeMs = 3 * dayMs

function findSpells (format: Intl.DateTimeFormat, from: number, to: number): Spell[] {
  const spells: Spell[] = []
  let offset = readOffset(format, from)
  let start = from
  for (let probe = from; probe < to; probe += probeMs) {
    const next = Math.min(probe + probeMs, to)
    const after = readOffset(format, next)
    if (after === offset) continue
    const at = findChange(format, probe, next, offset)
    spells.push({ from: start, to: at, offset })
    start = at
    offset = after
  }
  if (start < to) spells.push({ from: start, to, offset })
  return spells
}

/** The first whole second after `low` at which the offset is no longer `offset`; at `high` it is another one. */
function findChange (format: Intl.DateTimeFormat, low: number, high: number, offset: number): number {
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    if (readOffset(format, middle) === offset) low = middle
    else high = middle
  }
  return high
}

/** One IANA time zone. Intl is asked only once per zone and block. */
export class Zone {
  readonly #blocks = new LRUCache<number, Spell[]>({ max: 160 })

  constructor (readonly name: string) {
    if (!isTimeZone(name)) throw new RangeError(`"${name}" is not an IANA time zone that this server knows`)
  }

  /** Wall clock minus UTC, in ms. */
  offsetAt (at: number): number {
    const spells = this.#block(blockOf(at))
    let i = spells.length - 1
    while (i > 0 && spells[i]!.from > at) i--
    return spells[i]!.offset
  }

  /** The spells of `[from, to)`, in order and without gaps; two that follow each other have different offsets. */
  spells (from: number, to: number): Spell[] {
    const found: Spell[] = []
    for (let key = blockOf(from); key * blockMs < to; key++) {
      for (const spell of this.#block(key)) {
        const start = Math.max(spell.from, from)
        const end = Math.min(spell.to, to)
        const last = found.at(-1)
        if (start >= end) continue
        if (last?.offset === spell.offset) last.to = end
        else found.push({ from: start, to: end, offset: spell.offset })
      }
    }
    return found
  }

  #block (key: number): Spell[] {
    let spells = this.#blocks.get(key)
    if (!spells) {
      spells = findSpells(formatFor(this.name), key * blockMs, (key + 1) * blockMs)
      this.#blocks.set(key, spells)
    }
    return spells
  }
}

const zones = new LRUCache<string, Zone>({ max: 600 })

/** The zone of that name, shared. Throws a RangeError when `isTimeZone` says no. */
export function zoneNamed (name: string): Zone {
  let zone = zones.get(name)
  if (!zone) {
    zone = new Zone(name)
    zones.set(name, zone)
  }
  return zone
}
