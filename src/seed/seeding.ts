import { conflict } from '../errors.js'
import { systemContext, transact, type Context, type Services } from '../context.js'
import { createAgent, listAgents, setAgentAvailability } from '../resources/agents/agent.service.js'
import { createAttribute } from '../resources/attributes/attribute.service.js'
import { createChannel } from '../resources/channels/channel.service.js'
import { createCompany } from '../resources/companies/company.service.js'
import { createContact, listContacts } from '../resources/contacts/contact.service.js'
import { SearchContacts } from '../resources/contacts/contact.shapes.js'
import { SearchAgents } from '../resources/agents/agent.shapes.js'
import { listConversations } from '../resources/conversations/conversation.service.js'
import { SearchConversations } from '../resources/conversations/conversation.shapes.js'
import { createTag } from '../resources/tags/tag.service.js'
import { createTeam, setTeamMembers } from '../resources/teams/team.service.js'
import { updateWorkspace } from '../resources/workspaces/workspace.service.js'
import { scopes } from '../scopes.js'
import { makeAims } from './aims.js'
import { dayMs } from './hours.js'
import { days, planOf, type Plan } from './plan.js'
import { play, type Ids } from './playing.js'
import { makePromises } from './promises.js'
import * as team from './team.js'

/** Different conversations wait for different rows; more at once than this wait for the same processor. */
const atOnce = 4

export interface Seeding { seed?: number, conversations?: number, progress?: (done: number, all: number) => void }
export interface Seeded { agents: number, contacts: number, conversations: number }

/** Fills an empty workspace with a small support team, what it promises and wants, and a month of its conversations, by the verbs that callers use. */
export async function seedWorkspace (services: Services, workspaceId: string, { seed = 1, conversations = 300, progress = () => {} }: Seeding = {}): Promise<Seeded> {
  const ctx = systemContext(services, workspaceId, scopes, 'seed')
  await refuseUnlessEmpty(ctx)
  const now = services.now()
  const plan = await planOf(seed, now, conversations)
  const since = now - now % dayMs - (days + 1) * dayMs
  const ids = await transact(ctx, async ctx => {
    const ids = await makeTeam(ctx, plan)
    await makePromises(ctx, ids, since, now)
    await updateWorkspace(ctx, { settings: { publicPledgeAttainment: true } })
    return ids
  })
  let done = 0
  const waiting = [...plan.stories.entries()]
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await play(ctx, ids, ...next)
      progress(++done, plan.stories.length)
    }
  }))
  await makeAims(ctx, ids, since, now)
  return { agents: team.agents.length, contacts: plan.people.length, conversations: plan.stories.length }
}

async function refuseUnlessEmpty (ctx: Context): Promise<void> {
  const [agents, contacts, conversations] = await Promise.all([
    listAgents(ctx, SearchAgents.parse({ limit: 1 })),
    listContacts(ctx, SearchContacts.parse({ limit: 1 })),
    listConversations(ctx, SearchConversations.parse({ limit: 1 }))
  ])
  if (agents.data.length || contacts.data.length || conversations.rows.length) {
    throw conflict('This workspace is not empty: it has agents, contacts or conversations. Seed another one.')
  }
}

async function makeTeam (ctx: Context, plan: Plan): Promise<Ids> {
  const ids: Ids = { agents: new Map(), teams: new Map(), channels: new Map(), tags: new Map() }
  for (const { key, ...agent } of team.agents) {
    const { id } = await createAgent(ctx, { ...agent, email: `${key}@ocean-outfitters.example` })
    await setAgentAvailability(ctx, id, 'online')
    ids.agents.set(key, id)
  }
  for (const { key, members, ...each } of team.teams) {
    const { id } = await createTeam(ctx, each)
    await setTeamMembers(ctx, id, members.map(member => ids.agents.get(member)!))
    ids.teams.set(key, id)
  }
  for (const { key, ...channel } of team.channels) ids.channels.set(key, (await createChannel(ctx, { ...channel, externalId: key })).id)
  for (const { key, parent, ...tag } of team.tags) {
    ids.tags.set(key, (await createTag(ctx, { ...tag, parentId: parent && ids.tags.get(parent) })).id)
  }
  await makeCustomers(ctx, plan)
  return ids
}

async function makeCustomers (ctx: Context, { people }: Plan): Promise<void> {
  await createAttribute(ctx, { on: 'contact', key: 'memberLevel', name: 'Member level', type: 'choice', allowedValues: ['bronze', 'silver', 'gold'], description: 'Of the loyalty programme.' })
  await createAttribute(ctx, { on: 'company', key: 'employees', name: 'Employees', type: 'number', description: 'How many they buy for.' })
  await createAttribute(ctx, { on: 'conversation', key: 'orderNumber', name: 'Order number', type: 'text', description: 'The order that it is about.' })
  const companies = new Map<string, string>()
  for (const [n, { key, domain, ...company }] of team.companies.entries()) {
    companies.set(key, (await createCompany(ctx, { ...company, externalId: key, domains: [domain], attributes: { employees: 12 * (n + 1) } })).id)
  }
  for (const { key, first, last, email, phone, company, level, language } of people) {
    await createContact(ctx, {
      externalId: key, name: `${first} ${last}`, email, phone, language, companyId: company && companies.get(company), attributes: { memberLevel: level }
    })
  }
}
