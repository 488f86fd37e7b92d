import DataLoader from 'dataloader'
import type { Context } from '../../context.js'
import { loader } from '../../graphql/module.js'
import { clocksByConversation } from './clock.service.js'
import type { Clock } from './clock.shapes.js'

/** The clocks of all conversations that one request asks for, in two statements. */
export const clocksOfConversation = loader((ctx: Context) => new DataLoader<string, Clock[]>(async ids => {
  const found = await clocksByConversation(ctx, ids)
  return ids.map(id => found.get(id) ?? [])
}))
