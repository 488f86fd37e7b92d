import { z } from 'zod'
import { at, shape } from '../../shapes.js'

export const PublicationProgress = shape('PublicationProgress', 'How far what was last published has been applied to the conversations that there are, the newest first.', {
  pending: z.boolean().describe('Whether it is under way. Until it is over, lists of clocks may tell of some as before; the clocks of a conversation are exact all the time.'),
  since: at().nullable().describe('From when on what is promised may be something else; null when nothing is under way.'),
  askedAt: at().nullable().describe('When it was asked for; null when nothing is under way.'),
  done: z.int().describe('How many conversations were computed so far; 0 when nothing is under way.')
})
export type PublicationProgress = z.output<typeof PublicationProgress>
