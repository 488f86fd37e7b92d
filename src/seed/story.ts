import type { Random } from './random.js'
import type { Told, Turn } from './dialogues.js'
import type { ChannelKey, Person, TeamKey } from './team.js'
import { dayMs, hourMs, minuteMs, nextOpen } from './hours.js'

/** What happened in one conversation, in order. `agent` and tags are keys of the team; `at` is in milliseconds. */
export type Step = { at: number, agent: string } & (
  | { kind: 'reply', text: string, status?: 'pending' | 'resolved', reason?: string, addTags?: string[] }
  | { kind: 'note', text: string }
  | { kind: 'assign', team: TeamKey }
  | { kind: 'priority', priority: 'low' | 'high' | 'urgent' }
  | { kind: 'tag', tags: string[] }
  | { kind: 'status', status: 'onHold' | 'resolved' | 'closed', reason?: string }
  | { kind: 'snooze', until: number, reason: string }
  | { kind: 'spam' }
  /** The customer had asked the same on another channel: that conversation goes into this one. */
  | { kind: 'merge', channel: ChannelKey, text: string, askedAt: number }
) | { kind: 'inbound', at: number, text: string }

export interface Story { channel: ChannelKey, from: { name: string, email: string, externalId: string | null }, subject: string | null, attributes: Record<string, unknown>, steps: Step[] }

interface Pace { firstReply: number, reply: number, answer: number }
const paces: Record<'chat' | 'written', Pace> = {
  chat: { firstReply: 3 * minuteMs, reply: minuteMs, answer: 50_000 },
  written: { firstReply: 3 * hourMs, reply: 2 * hourMs, answer: 4 * hourMs }
}

interface Telling { random: Random, told: Told, agent: string, at: number, pace: Pace, steps: Step[], split: number, isOver: boolean }

/** A dialogue as it went on in a conversation: assigned, answered, noted, set aside, resolved, perhaps reopened. */
export function storyOf (random: Random, told: Told, person: Person, agent: string, channel: ChannelKey, start: number): Story {
  const isChat = channel === 'chat'
  const turns = isChat ? told.turns : joined(told.turns)
  const telling: Telling = {
    random, told, agent, pace: isChat ? paces.chat : paces.written, steps: [],
    at: isChat ? nextOpen(start) : start,
    split: random.chance(0.12) ? splitOf(turns) : -1,
    isOver: false
  }
  turns.forEach((turn, index) => tell(telling, turn, index, turns))
  resolve(telling)
  return {
    channel,
    from: { name: `${person.first} ${person.last}`, email: person.email, externalId: person.key },
    subject: isChat ? null : told.subject,
    attributes: told.order ? { orderNumber: told.order } : {},
    steps: telling.steps.toSorted((a, b) => a.at - b.at)
  }
}

/** In letters, what one says in a row is one message. */
function joined (turns: readonly Turn[]): Turn[] {
  const all: Turn[] = []
  for (const turn of turns) {
    const last = all.at(-1)
    if (last?.who === turn.who) last.text += `\n${turn.text}`
    else all.push({ ...turn })
  }
  return all
}

/** A turn of the customer's behind the middle, before which it looked done. */
const splitOf = (turns: readonly Turn[]): number =>
  turns.findIndex((turn, index) => index > turns.length / 2 && turn.who === 'customer' && turns[index - 1]!.who === 'agent')

function tell (telling: Telling, turn: Turn, index: number, turns: readonly Turn[]): void {
  const { random, pace, agent, steps } = telling
  if (telling.isOver) return
  if (turn.who === 'customer') {
    if (index === telling.split) reopen(telling)
    else if (index > 0) telling.at += 5_000 + random.wait(turns[index - 1]!.who === 'customer' ? pace.answer / 3 : pace.answer)
    steps.push({ kind: 'inbound', at: telling.at, text: turn.text })
    if (index === 0) takeUp(telling, turn.text)
    return
  }
  telling.at = nextOpen(telling.at + 5_000 + random.wait(pace.reply))
  if (turn.who === 'action') {
    steps.push({ kind: 'note', at: telling.at, agent, text: turn.text })
    return
  }
  const isFirst = !turns.slice(0, index).some(({ who }) => who === 'agent')
  const asks = pace === paces.written && turn.text.includes('?')
  steps.push({
    kind: 'reply', at: telling.at, agent, text: turn.text,
    ...(isFirst && { addTags: [telling.told.tags[1]] }),
    ...(asks && { status: 'pending', reason: 'waits for the customer' })
  })
  if (asks) waitForThem(telling)
  else if (pace === paces.written && random.chance(0.03)) putOnHold(telling)
}

/** What a teammate does on taking it: assigns it, and now and then ranks it or finds that it was asked twice. */
function takeUp ({ random, told, agent, at, pace, steps }: Telling, question: string): void {
  const taken = nextOpen(at + 10_000 + random.wait(pace.firstReply))
  if (random.chance(0.06)) {
    const askedAt = at + random.between(5, 30) * minuteMs
    steps.push({ kind: 'merge', at: Math.max(taken, askedAt) + minuteMs, agent, channel: pace === paces.chat ? 'email' : 'form', text: question, askedAt })
  }
  steps.push({ kind: 'assign', at: taken, agent, team: told.team })
  const roll = random.next()
  if (roll < 0.17) steps.push({ kind: 'priority', at: taken + 20_000, agent, priority: roll < 0.03 ? 'urgent' : roll < 0.12 ? 'high' : 'low' })
  if (random.chance(0.15)) steps.push({ kind: 'tag', at: taken + 30_000, agent, tags: [random.pick(['delighted', 'upset', 'follow_up', 'exception', 'refused'])] })
}

/** Some are put out of sight meanwhile, and some never answer: then it is resolved after five days. */
function waitForThem (telling: Telling): void {
  const { random, agent, at, steps } = telling
  telling.isOver = random.chance(0.08)
  if (random.chance(telling.isOver ? 0.5 : 0.1)) {
    const until = nextOpen(at + random.between(1, 4) * dayMs)
    steps.push({ kind: 'snooze', at: at + minuteMs, agent, until, reason: 'look again if they have not answered' })
  }
  if (telling.isOver) telling.at += 5 * dayMs
}

function putOnHold (telling: Telling): void {
  telling.steps.push({ kind: 'status', at: telling.at + minuteMs, agent: telling.agent, status: 'onHold', reason: 'waits for the warehouse' })
  telling.at += telling.random.between(1, 4) * dayMs
}

/** It looked done; hours or days later they write again. */
function reopen (telling: Telling): void {
  resolve(telling)
  telling.at += hourMs + telling.random.wait(20 * hourMs)
}

function resolve (telling: Telling): void {
  const { random, agent, steps } = telling
  telling.at = nextOpen(telling.at + random.between(1, 15) * minuteMs)
  steps.push({ kind: 'status', at: telling.at, agent, status: 'resolved', reason: 'answered' })
}
