import { readDialogues, retell } from './dialogues.js'
import { dayMs, hourMs, minuteMs, nextOpen } from './hours.js'
import { randomOf, type Random } from './random.js'
import { storyOf, type Step, type Story } from './story.js'
import { agents, people, teams, type ChannelKey, type Person } from './team.js'

/** So many days of history, today among them. */
export const days = 30
/** How busy each hour of the day is, UTC, and each weekday from Sunday. */
const hours = [1, 1, 1, 1, 1, 2, 4, 7, 12, 14, 14, 12, 10, 12, 13, 12, 11, 10, 8, 7, 6, 5, 3, 2]
const weekdays = [3, 12, 11, 10, 10, 9, 4]

export interface Plan { people: Person[], stories: Story[] }

/** A month of conversations up to `now` (milliseconds), the same for the same seed and now. Nothing in it lies in the future. */
export async function planOf (seed: number, now: number, count: number): Promise<Plan> {
  const random = randomOf(seed)
  const dialogues = await readDialogues()
  const customers = people(seed)
  const tell = (start: number): Story => {
    if (random.chance(0.03)) return spam(random, start)
    const person = random.pick(customers)
    const told = retell(random.pick(dialogues), person, random)
    const members = teams.find(({ key }) => key === told.team)!.members
    return closed(random, storyOf(random, told, person, random.pick(members), channelOf(random), start))
  }
  const stories: Story[] = []
  while (stories.length < count) {
    const steps = tell(startOf(random, now))
    const story = { ...steps, steps: steps.steps.filter(step => step.at <= now) }
    // A chat of the night begins in the morning, which may not have come.
    if (story.steps.length) stories.push(story)
  }
  return { people: customers, stories: stories.toSorted((a, b) => a.steps[0]!.at - b.steps[0]!.at) }
}

const channelOf = (random: Random): ChannelKey => random.pick(['email', 'email', 'email', 'email', 'chat', 'chat', 'chat', 'form'] as const)

function startOf (random: Random, now: number): number {
  const today = now - now % dayMs
  const day = weighted(random, Array.from({ length: days }, (_, n) => weekdays[new Date(today - n * dayMs).getUTCDay()]!))
  return today - day * dayMs + weighted(random, hours) * hourMs + random.between(0, 3_599_999)
}

/** A place in the list, as often as its weight says. */
function weighted (random: Random, weights: readonly number[]): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
  return weights.findIndex(weight => (left -= weight) < 0)
}

/** Some of those that are resolved are closed for good three days later. */
function closed (random: Random, story: Story): Story {
  const last = story.steps.at(-1)!
  if (last.kind !== 'status' || last.status !== 'resolved' || !random.chance(0.4)) return story
  return { ...story, steps: [...story.steps, { kind: 'status', at: last.at + 3 * dayMs, agent: last.agent, status: 'closed' }] }
}

const offers = [
  ['You have been chosen', 'Dear sir or madam, you have been chosen for a prize. Send us your bank details to receive it today.'],
  ['First page of every search engine', 'We will bring your shop to the first page of every search engine within one week. Reply for a quote.'],
  ['Invoice attached', 'Your invoice is overdue. Pay at once by the link below, or we will take legal steps.']
] as const

function spam (random: Random, start: number): Story {
  const [subject, text] = random.pick(offers)
  const seen = nextOpen(start + random.wait(2 * hourMs))
  const sender = random.between(100, 999)
  const steps: Step[] = [{ kind: 'inbound', at: start, text }, { kind: 'spam', at: seen + minuteMs, agent: random.pick(agents).key }]
  return { channel: 'email', from: { name: 'Best Offers', email: `offers${sender}@bulk-mail.example`, externalId: null }, subject, attributes: {}, steps }
}
