import { z } from 'zod'
import { choice, shape } from './shapes.js'

export const UpsertOutcome = choice('UpsertOutcome', 'What an upsert did.', ['created', 'updated', 'unchanged'])

/** The answer of a `PUT` on `external:…`: what was done, and the resource under its noun. */
export const upsertedShape = <T extends z.ZodType>(noun: string, resource: T) => shape(`Upserted${noun}`, `What an upsert of a ${noun} did.`, {
  outcome: UpsertOutcome.describe('Whether it was created, updated, or already was like this.'),
  resource: resource.describe('As it is now.') as unknown as T
})
