import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectRoot } from '../root.js'
import type { Random } from './random.js'
import type { Person, TeamKey } from './team.js'

/** Three real dialogues of the Action-Based Conversations Dataset; see data/abcd. */

interface Dialogue {
  flow: string
  subflow: string
  customer: { customer_name: string, email?: string, username?: string, phone?: string, member_level: string }
  order: { id: string | null }
  turns: Array<['agent' | 'customer' | 'action', string]>
}

export interface Turn { who: 'agent' | 'customer' | 'action', text: string }

/** A dialogue as one customer had it. */
export interface Told { subject: string, order: string | null, team: TeamKey, tags: [string, string], turns: Turn[] }

export const readDialogues = async (): Promise<Dialogue[]> =>
  JSON.parse(await readFile(join(projectRoot, 'data/abcd/dialogues.json'), 'utf8')) as Dialogue[]

/** What differs from one customer to the next, beside their names and numbers. */
const variations: Array<[RegExp, string[]]> = [
  [/\ban item\b/, ['an item', 'a rain jacket', 'a pair of boots', 'a linen shirt', 'two pairs of jeans', 'a wool coat']],
  [/\bthe wrong size\b/, ['the wrong size', 'one that is too small', 'one that is far too big', 'the wrong colour']],
  [/\bNovember\b/, ['January', 'March', 'April', 'June', 'November']],
  [/\bless than a week\b/, ['less than a week', 'three to five days', 'about two days']],
  [/\bcredit card\b/, ['credit card', 'debit card', 'bank account']],
  [/\bhats\b/g, ['hats', 'scarves', 'raincoats', 'bow ties']],
  [/\bcat(?=s?\b)/g, ['cat', 'dog', 'rabbit', 'ferret']]
]

const subjects: Record<string, string[]> = {
  return_size: ['Return', 'I would like to return something', 'Wrong size', 'Returning an order'],
  refund_status: ['Where is my refund?', 'Refund', 'Refund status', 'Still waiting for my money'],
  timing_4: ['Promo code', 'How long is my promo code good for?', 'Question about a code', 'Code expiry']
}

export function retell (dialogue: Dialogue, person: Person, random: Random): Told {
  const order = String(random.between(1_000_000_000, 9_999_999_999))
  const words = wordsOf(dialogue, person, order)
  const chosen = variations.map(([pattern, choices]) => [pattern, random.pick(choices)] as const)
  const turns = dialogue.turns.map(([who, text]): Turn => {
    const named = words.reduce((text, [from, to]) => text.replaceAll(from, to), text)
    return { who, text: chosen.reduce((text, [pattern, choice]) => text.replace(pattern, choice), named) }
  })
  const title = random.pick(subjects[dialogue.subflow]!)
  return {
    subject: dialogue.order.id && random.chance(0.4) ? `${title} (order ${order})` : title,
    order: dialogue.order.id && order,
    team: dialogue.flow === 'storewide_query' ? 'store' : 'orders',
    tags: [dialogue.flow, dialogue.subflow],
    // Who calls first says what it is about: greetings before that are not kept.
    turns: turns.slice(turns.findIndex(turn => turn.who === 'customer'))
  }
}

/** The dialogue's own names and numbers, longest first, and this customer's in their place. */
function wordsOf ({ customer, order }: Dialogue, person: Person, orderId: string): Array<[string, string]> {
  const capitals = customer.customer_name.replace(/\b\w/g, letter => letter.toUpperCase())
  const username = person.email.split('@')[0]!
  const pairs: Array<[string | null | undefined, string]> = [
    [capitals, `${person.first} ${person.last}`], [capitals.split(' ')[0], person.first], [customer.email, person.email],
    [customer.username, username], [customer.phone, person.phone], [order.id, orderId], [customer.member_level, person.level]
  ]
  return pairs.filter((pair): pair is [string, string] => Boolean(pair[0])).toSorted(([a], [b]) => b.length - a.length)
}
