import { z } from 'zod'
import { shape } from '../../shapes.js'
import { TargetKind } from './content.shapes.js'

const count = (what: string) => z.int().describe(what)

export const PublicationEffect = shape('PublicationEffect', 'What a publication would do to the clocks of one target that are open.', {
  target: TargetKind.describe('Which.'),
  kept: count('Stay as they are.'),
  changed: count('Change over to another version, and with it perhaps to another deadline.'),
  cancelled: count('End, because what applies then has no such target.'),
  started: count('Come to be.')
})
export type PublicationEffect = z.output<typeof PublicationEffect>

export const PublicationEffects = shape('PublicationEffects', 'What a publication would do.', {
  conversations: count('Conversations of which at least one clock would change over, end or come to be.'),
  targets: z.array(PublicationEffect).describe('By target; those of which there is, and would be, no open clock are left out.')
})
export type PublicationEffects = z.output<typeof PublicationEffects>

export const PublicationPreview = shape('PublicationPreview', 'What would happen to open conversations if the draft were published now.', {
  conversations: count('Conversations looked at: those that are not resolved, and those that have a clock that is open.'),
  keep: PublicationEffects.describe('With `apply: keep`.'),
  reapply: PublicationEffects.describe('With `apply: reapply`.')
})
export type PublicationPreview = z.output<typeof PublicationPreview>
