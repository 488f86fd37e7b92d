import { z } from 'zod'
import { choiceCondition, filters, givenFilter, IdCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import {
  at, choice, externalIdInput, id, input, instantInput, jsonParameter, listOf, pageBody, pageQuery, Ref, resourceFields, shape, upsertedShape
} from '../../shapes.js'
import { contentShape, partOfContent, StandardAudience, wholeContent } from './content.shapes.js'
import { applications, standards, standardStates } from './standard.table.js'

export const StandardState = choice('StandardState', 'draft: not promised yet; published: in force; archived: not in force any more, for good.', standardStates)
export const PublicationApply = choice('PublicationApply', 'What a publication does to clocks that are open: keep, they keep their version to their end; reapply, they change over.', applications)

export const StandardVersion = shape('StandardVersion', 'What a service standard promises from its publication on; never changed once published.', {
  id: id().describe('Made by the server, UUIDv7.'),
  standardId: id().describe('The standard.'),
  number: z.int().describe('Counts the versions of a standard from 1; a draft\'s may still grow.'),
  publishedAt: at().nullable().describe('From when it applies; null: it is a draft.'),
  apply: PublicationApply.nullable().describe('What its publication did to clocks that were open; null for a draft.'),
  position: z.int().nullable().describe('The standard\'s place among the others when it was published; null for a draft.'),
  ...contentShape,
  createdAt: at().describe('When it was first written.'),
  updatedAt: at().describe('When it was last changed; that is its publication, once it is published.')
})
export type StandardVersion = z.output<typeof StandardVersion>
export type Content = z.output<z.ZodObject<typeof contentShape>>

export const Standard = shape('Standard', 'A service standard: a promise to customers that can be checked.', {
  ...resourceFields,
  name: z.string().describe('That of the published version, before that of the draft.'),
  state: StandardState.describe('Whether it is in force.'),
  position: z.int().describe('Its place among the standards, from 1: the first one that a conversation fits is the one that applies; those with `default` come after all others.'),
  published: StandardVersion.nullable().describe('The version in force, or that was in force when it was archived; null when none was published yet.'),
  draft: StandardVersion.nullable().describe('What was written since, and is not published.'),
  archivedAt: at().nullable().describe('Since when it is not in force any more.')
})
export type Standard = z.output<typeof Standard>

export const CreateStandard = input('CreateStandard', 'A new service standard, as a draft, after all others.', { externalId: externalIdInput().optional(), ...wholeContent })
export type CreateStandard = z.output<typeof CreateStandard>
export const UpdateStandard = input('UpdateStandard', 'Changes to a service standard\'s draft: what is absent stays, null clears; lists are replaced whole. One that has no draft gets one, made from the published version.', partOfContent)
export type UpdateStandard = z.output<typeof UpdateStandard>
export const UpsertStandard = input('UpsertStandard', 'What the draft of the standard with this external id shall be. Nothing is made when it is what is published already.', wholeContent)
export type UpsertStandard = z.output<typeof UpsertStandard>

export const PublishStandard = input('PublishStandard', 'How a draft is put in force.', {
  apply: PublicationApply.default('keep').describe('What becomes of clocks that are open.'),
  occurredAt: instantInput().optional().describe('From when it applies: now when left out. In the past it also needs the scope history:write; not before the version before it.')
})
export type PublishStandard = z.output<typeof PublishStandard>

export const ArchiveStandard = input('ArchiveStandard', 'When a standard went out of force.', {
  occurredAt: instantInput().optional().describe('Since when: now when left out. In the past it also needs the scope history:write; not before its last version was published.')
})
export type ArchiveStandard = z.output<typeof ArchiveStandard>

export const ReorderStandards = input('ReorderStandards', 'The order in which standards are considered.', {
  ids: z.array(id()).min(1).max(1000).describe('All standards that are not archived, each once, the first to be considered first.'),
  apply: PublicationApply.default('keep').describe('What becomes of clocks that are open. Published standards whose place changes get a version that says so.')
})
export type ReorderStandards = z.output<typeof ReorderStandards>
export const ReorderedStandards = shape('ReorderedStandards', 'The standards in their new order.', {
  standards: z.array(Standard).describe('All that are not archived, the first to be considered first.')
})

export const standardFilters = filters('Standard', {
  id: on(IdCondition, standards.id),
  externalId: on(TextCondition, standards.externalId),
  name: on(TextCondition, standards.name),
  state: on(choiceCondition('StandardState', StandardState), standards.state),
  audience: on(choiceCondition('StandardAudience', StandardAudience), standards.audience),
  ownerId: on(IdCondition, standards.ownerId),
  createdAt: on(TimeCondition, standards.createdAt),
  updatedAt: on(TimeCondition, standards.updatedAt)
})

export const StandardSort = choice('StandardSort', 'How standards are sorted; ties by id.', ['positionAsc', 'positionDesc', 'nameAsc', 'nameDesc', 'createdAtAsc', 'createdAtDesc'])
const sort = StandardSort.default('positionAsc').describe('How they are sorted; ties by id.')

export const StandardQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(standardFilters.shape).optional().describe('A StandardFilter as JSON.'),
  state: StandardState.optional().describe('Only those in this state.'),
  audience: StandardAudience.optional().describe('Only those of this audience.'),
  ownerId: id().optional().describe('Only those of this agent.')
})

export const SearchStandards = input('SearchStandards', 'A search among service standards.', {
  ...pageBody,
  sort,
  filter: standardFilters.shape.optional().describe('Which standards.')
})
export type SearchStandards = z.output<typeof SearchStandards>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ state, audience, ownerId, filter, ...rest }: z.output<typeof StandardQuery>): SearchStandards {
  return { ...rest, filter: givenFilter({ state, audience, ownerId }, filter) }
}

export const StandardVersionSort = choice('StandardVersionSort', 'How versions are sorted.', ['numberAsc', 'numberDesc'])
export const StandardVersionQuery = z.object({ ...pageQuery, sort: StandardVersionSort.default('numberDesc').describe('How they are sorted.') })
export const SearchStandardVersions = z.object({ ...pageBody, sort: StandardVersionSort.default('numberDesc') })
export type StandardVersionQuery = z.output<typeof StandardVersionQuery>

/** The address of one version. */
export const StandardVersionParams = z.object({ id: Ref, number: z.coerce.number().int().min(1).max(1_000_000).describe('The number of the version.') })

export const StandardList = listOf('Standard', Standard)
export const StandardVersionList = listOf('StandardVersion', StandardVersion)
export const UpsertedStandard = upsertedShape('Standard', Standard)
