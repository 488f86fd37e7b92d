import { z } from 'zod'
import { choiceCondition, filters, givenFilter, givenIsSet, IdCondition, on, TextCondition, TimeCondition } from '../../db/filter.js'
import {
  at, choice, externalIdInput, flag, input, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields, shape, text, upsertedShape
} from '../../shapes.js'
import { attributes, attributeSubjects, attributeTypes } from './attribute.table.js'

export const AttributeOn = choice('AttributeOn', 'What has the attribute.', attributeSubjects)
export const AttributeType = choice('AttributeType', 'What an attribute\'s values are: text of up to 1,000 characters, a number, true or false, a date (2026-03-01), one of the allowed values, or any of them.', attributeTypes)

export const Attribute = shape('Attribute', 'A typed field of your own on contacts, companies or conversations.', {
  ...resourceFields,
  on: AttributeOn.describe('What has it.'),
  key: z.string().describe('Its name in `attributes`; unique among those of the same resource.'),
  name: z.string().describe('Its name for people.'),
  type: AttributeType.describe('What its values are.'),
  allowedValues: z.array(z.string()).nullable().describe('Of a choice: what may be chosen, in this order; else null.'),
  description: z.string().nullable().describe('What it means.'),
  archivedAt: at().nullable().describe('Since when it can no longer be set; values that were set stay, and can be cleared.')
})
export type Attribute = z.output<typeof Attribute>

const unique = <T>(list: T[]): T[] => [...new Set(list)]
const fields = {
  on: AttributeOn.describe('What has it; never changes.'),
  key: z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/, 'must be camelCase: a small letter, then letters and digits, up to 64')
    .describe('Its name in `attributes`: camelCase, up to 64 characters; never changes.'),
  name: line(200).describe('Its name for people; one line, up to 200 characters.'),
  type: AttributeType.describe('What its values are; never changes.'),
  allowedValues: z.array(line(200)).min(1).max(500).transform(unique).describe('Of a choice: what may be chosen, up to 500; values set before stay.'),
  description: text(2000).nullable().describe('What it means; up to 2,000 characters.')
}

export const CreateAttribute = input('CreateAttribute', 'A new attribute; up to 200 on each resource.', {
  externalId: externalIdInput().optional(),
  on: fields.on,
  key: fields.key,
  name: fields.name,
  type: fields.type,
  allowedValues: fields.allowedValues.optional(),
  description: fields.description.optional()
})
export type CreateAttribute = z.output<typeof CreateAttribute>

export const UpdateAttribute = input('UpdateAttribute', 'Changes to an attribute: what is absent stays, null clears.', {
  name: fields.name.optional(),
  allowedValues: fields.allowedValues.optional(),
  description: fields.description.optional()
})
export type UpdateAttribute = z.output<typeof UpdateAttribute>

export const UpsertAttribute = input('UpsertAttribute', 'What the attribute with this external id shall be.', {
  on: fields.on,
  key: fields.key,
  name: fields.name,
  type: fields.type,
  allowedValues: fields.allowedValues.optional(),
  description: fields.description.optional()
})

export const attributeFilters = filters('Attribute', {
  id: on(IdCondition, attributes.id),
  externalId: on(TextCondition, attributes.externalId),
  on: on(choiceCondition('AttributeOn', AttributeOn), attributes.on),
  key: on(TextCondition, attributes.key),
  archivedAt: on(TimeCondition, attributes.archivedAt),
  createdAt: on(TimeCondition, attributes.createdAt)
})

export const AttributeSort = choice('AttributeSort', 'How attributes are sorted; ties by id.', ['keyAsc', 'keyDesc', 'createdAtAsc', 'createdAtDesc'])
const sort = AttributeSort.default('keyAsc').describe('How they are sorted; ties by id.')

export const AttributeQuery = z.object({
  ...pageQuery,
  sort,
  filter: jsonParameter(attributeFilters.shape).optional().describe('An AttributeFilter as JSON.'),
  on: AttributeOn.optional().describe('Only those on this resource.'),
  archived: flag().optional().describe('true: only archived ones; false: only those in use.')
})

export const SearchAttributes = input('SearchAttributes', 'A search among attributes.', {
  ...pageBody,
  sort,
  filter: attributeFilters.shape.optional().describe('Which attributes.')
})
export type SearchAttributes = z.output<typeof SearchAttributes>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ on, archived, filter, ...rest }: z.output<typeof AttributeQuery>): SearchAttributes {
  return { ...rest, filter: givenFilter({ on }, filter, givenIsSet('archivedAt', archived)) }
}

export const AttributeList = listOf('Attribute', Attribute)
export const UpsertedAttribute = upsertedShape('Attribute', Attribute)
