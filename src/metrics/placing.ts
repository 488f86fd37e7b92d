import { createHash } from 'node:crypto'
import type { Fact } from '../clock/facts.js'
import { mayArriveLate } from '../clock/steps.js'
import { dayOf } from './blocks.js'
import type { Place, PlacePart } from './blocks.js'
import { clocksChangedAt } from './clocks.js'
import { familyNames, tracesOf } from './families.js'
import { subjectOf } from './subject.js'
import type { Beside, Subject } from './subject.js'
import type { Trace } from './traces.js'

/** What a conversation has in one block. */
export interface Placed { place: Place, traces: Trace[] }

const digestBytes = 8
const bytes = 1 + 4 + digestBytes

/** Names a place in a map. */
export const textOfPlace = ({ family, open, day }: Place): string => `${family} ${open} ${day}`
export const textOfPart = (part: PlacePart): string => `${textOfPlace(part)} ${part.part}`

/** All that is kept of a conversation, by place, and until when something other than time changed it; nothing of one without a creation. */
export interface Keepable { placed: Map<string, Placed>, latest: number, clocksChangedAt: number }

export function keepableOf (id: string, facts: readonly Fact[], beside: Beside): Keepable {
  const subject = subjectOf(id, facts, Infinity, beside)
  return { placed: subject ? placedOf(subject) : new Map(), latest: latestOf(facts), clocksChangedAt: subject ? clocksChangedAt(subject) : -Infinity }
}

function placedOf (subject: Subject): Map<string, Placed> {
  const all = new Map<string, Placed>()
  for (const family of familyNames) {
    for (const trace of tracesOf(subject, family)) {
      const place = { family, open: trace.end === null, day: dayOf(trace.end ?? trace.start) }
      const known = all.get(textOfPlace(place))
      if (known) known.traces.push(trace)
      else all.set(textOfPlace(place), { place, traces: [trace] })
    }
  }
  return all
}

/**
 * The last instant at which anything is told of a conversation: what it was before that, only its facts say. A message that was
 * delivered late is told of once more when it arrived.
 */
const latestOf = (facts: readonly Fact[]): number => facts.reduce((latest, fact) =>
  Math.max(latest, fact.kind === 'inbound' && mayArriveLate(fact) ? fact.recordedAt : fact.occurredAt), -Infinity)

/** Digests of what a conversation has in its blocks: so that only those are rewritten in which it has something else. */
export type Digests = Map<string, { place: Place, digest: string }>

export const digestsOf = (placed: ReadonlyMap<string, Placed>): Digests => new Map([...placed].map(([text, { place, traces }]) =>
  [text, { place, digest: createHash('sha1').update(JSON.stringify(traces)).digest().toString('hex', 0, digestBytes) }]))

export function packDigests (digests: Digests): Buffer {
  const packed = Buffer.alloc(digests.size * bytes)
  let at = 0
  for (const { place: { family, open, day }, digest } of digests.values()) {
    packed.writeUInt8(familyNames.indexOf(family) * 2 + Number(open), at)
    packed.writeInt32LE(day, at + 1)
    packed.write(digest, at + 5, 'hex')
    at += bytes
  }
  return packed
}

export function unpackDigests (packed: Buffer): Digests {
  const digests: Digests = new Map()
  for (let at = 0; at < packed.length; at += bytes) {
    const code = packed.readUInt8(at)
    const place = { family: familyNames[code >> 1]!, open: code % 2 === 1, day: packed.readInt32LE(at + 1) }
    digests.set(textOfPlace(place), { place, digest: packed.toString('hex', at + 5, at + bytes) })
  }
  return digests
}

/** The places in which a conversation has something else than before. */
export const changedPlaces = (before: Digests, after: Digests): Place[] => [...new Map([...before, ...after])]
  .filter(([text]) => before.get(text)?.digest !== after.get(text)?.digest).map(([, { place }]) => place)
