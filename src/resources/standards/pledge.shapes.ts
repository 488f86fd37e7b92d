import { z } from 'zod'
import { at, id, line, shape } from '../../shapes.js'
import { StandardOrigin, TargetKind } from './content.shapes.js'

export const PledgedTarget = shape('PledgedTarget', 'A time that is promised in public.', {
  kind: TargetKind.describe('What is timed.'),
  words: z.string().describe('The promise in words.'),
  attainment90Days: z.number().nullable().describe('Of the last 90 days\' promises, the share that was kept, 0 to 1; null when the workspace does not tell, or nothing fell due.')
})

export const PledgedStandard = shape('PledgedStandard', 'A public promise.', {
  id: id().describe('The standard\'s id.'),
  name: z.string().describe('What it is called.'),
  statement: z.string().nullable().describe('The promise in plain words.'),
  value: z.string().nullable().describe('The value behind it.'),
  origin: StandardOrigin.describe('Where it comes from.'),
  jurisdiction: z.string().nullable().describe('Of a law: whose.'),
  source: z.string().nullable().describe('The contract, law or benchmark that it comes from.'),
  since: at().describe('From when it applies as it is.'),
  targets: z.array(PledgedTarget).describe('The times that are promised.')
})

export const Pledge = shape('Pledge', 'What a workspace promises in public.', {
  workspace: z.string().describe('The workspace\'s name.'),
  standards: z.array(PledgedStandard).describe('Its public standards that are in force, in their order.')
})
export type Pledge = z.output<typeof Pledge>

export const WorkspaceName = line(200).describe('The workspace\'s slug or id.')
export const PledgeParams = z.object({ workspace: WorkspaceName })
