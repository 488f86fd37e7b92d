import DataLoader from 'dataloader'
import type { Context } from '../../context.js'
import { loader } from '../../graphql/module.js'
import { figuresByConversation } from './figure.service.js'
import type { ConversationFigures } from './figure.shapes.js'

/** The figures of all conversations that one request asks for, together. */
export const figuresOfConversation = loader((ctx: Context) => new DataLoader<string, ConversationFigures | null>(async ids => {
  const found = await figuresByConversation(ctx, ids)
  return ids.map(id => found.get(id) ?? null)
}))
