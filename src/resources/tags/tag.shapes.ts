import { z } from 'zod'
import { on, TextCondition, TimeCondition, IdCondition, filters } from '../../db/filter.js'
import {
  at, choice, externalIdInput, id, input, jsonParameter, line, listOf, pageQuery, resourceFields, shape, text, upsertedShape
} from '../../shapes.js'
import { tags } from './tag.table.js'

export const Tag = shape('Tag', 'A word that a team puts on conversations, to find and count them by.', {
  ...resourceFields,
  name: z.string().describe('Unique in the workspace, whatever its case.'),
  description: z.string().nullable().describe('When to use it, for the team.'),
  color: z.string().nullable().describe('`#rrggbb`, for front ends.'),
  parentId: id().nullable().describe('The tag that this one is a kind of.'),
  archivedAt: at().nullable().describe('Since when it can no longer be put on conversations; those that have it keep it.')
})
export type Tag = z.output<typeof Tag>

const fields = {
  name: line(100).describe('Unique in the workspace, whatever its case; one line, up to 100 characters.'),
  description: text(2000).nullable().describe('When to use it, for the team; up to 2,000 characters.'),
  color: z.string().regex(/^#[0-9a-f]{6}$/i, 'must be #rrggbb').nullable().describe('`#rrggbb`, for front ends.'),
  parentId: id().nullable().describe('The tag that this one is a kind of; up to 5 levels.')
}

export const CreateTag = input('CreateTag', 'A new tag.', {
  externalId: externalIdInput().optional(),
  name: fields.name,
  description: fields.description.optional(),
  color: fields.color.optional(),
  parentId: fields.parentId.optional()
})
export type CreateTag = z.output<typeof CreateTag>

export const UpdateTag = input('UpdateTag', 'Changes to a tag: what is absent stays, null clears.', {
  name: fields.name.optional(),
  description: fields.description.optional(),
  color: fields.color.optional(),
  parentId: fields.parentId.optional()
})
export type UpdateTag = z.output<typeof UpdateTag>

export const UpsertTag = input('UpsertTag', 'What the tag with this external id shall be.', {
  name: fields.name,
  description: fields.description.optional(),
  color: fields.color.optional(),
  parentId: fields.parentId.optional()
})

export const tagFilters = filters('Tag', {
  id: on(IdCondition, tags.id),
  name: on(TextCondition, tags.name),
  externalId: on(TextCondition, tags.externalId),
  parentId: on(IdCondition, tags.parentId),
  archivedAt: on(TimeCondition, tags.archivedAt),
  createdAt: on(TimeCondition, tags.createdAt),
  updatedAt: on(TimeCondition, tags.updatedAt)
})

export const TagSort = choice('TagSort', 'How tags are sorted; ties by id.', ['nameAsc', 'nameDesc', 'createdAtAsc', 'createdAtDesc'])

export const TagQuery = z.object({
  ...pageQuery,
  sort: TagSort.default('nameAsc').describe('How they are sorted; ties by id.'),
  filter: jsonParameter(tagFilters.shape).optional().describe('A TagFilter as JSON.'),
  archived: z.enum(['true', 'false']).transform(value => value === 'true').optional()
    .describe('true: only archived ones; false: only those in use.')
})
export type TagQuery = z.output<typeof TagQuery>

export const SearchTags = input('SearchTags', 'A search among tags.', {
  limit: z.int().min(1).max(100).default(25).describe('How many at most, 1 to 100.'),
  after: z.string().max(1000).optional().describe('The `endCursor` of the page before.'),
  count: z.boolean().default(false).describe('Whether to count all that match.'),
  sort: TagSort.default('nameAsc').describe('How they are sorted; ties by id.'),
  filter: tagFilters.shape.optional().describe('Which tags.')
})

export const TagList = listOf('Tag', Tag)
export const UpsertedTag = upsertedShape('Tag', Tag)
