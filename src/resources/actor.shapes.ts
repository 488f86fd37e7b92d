import { z } from 'zod'
import { actorKinds } from '../clock/facts.js'
import { choice, shape } from '../shapes.js'

export const ActorKind = choice('ActorKind', 'Who does something: a customer, a human teammate, a machine (API key, bot), or the server itself.', actorKinds)

export const Actor = shape('Actor', 'Who did it, as they were then: a later change of role never rewrites it.', {
  kind: ActorKind.describe('What they were.'),
  id: z.string().nullable().describe('The contact, the agent or the API key; null for the server, or when it is not known.')
})
