import { z } from 'zod'
import { onAttributes } from '../../db/attributes.js'
import { filters, givenFilter, IdCondition, on, onList, TextCondition, TimeCondition } from '../../db/filter.js'
import {
  attributesInput, attributesShape, choice, externalIdInput, input, jsonParameter, line, listOf, pageBody, pageQuery, resourceFields, shape, upsertedShape
} from '../../shapes.js'
import { companies } from './company.table.js'

export const Company = shape('Company', 'Whom contacts belong to: a customer of yours, usually.', {
  ...resourceFields,
  name: z.string().describe('Its name; two companies may have the same.'),
  domains: z.array(z.string()).describe('The domains of its web sites and e-mail addresses, in lower case.'),
  tier: z.string().nullable().describe('How important it is, in a word of your own such as "gold": service standards and metrics go by it.'),
  attributes: attributesShape()
})
export type Company = z.output<typeof Company>

const domain = z.string().max(253).toLowerCase().regex(/^(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u, 'must be a domain, such as example.com')
const fields = {
  name: line(200).describe('Its name; one line, up to 200 characters; two companies may have the same.'),
  domains: z.array(domain).max(100).transform(list => [...new Set(list)]).describe('The domains of its web sites and e-mail addresses, up to 100; kept in lower case.'),
  tier: line(50).nullable().describe('How important it is, in a word of your own such as "gold", up to 50 characters: service standards and metrics go by it.')
}
const optional = {
  domains: fields.domains.optional(),
  tier: fields.tier.optional(),
  attributes: attributesInput().optional()
}

export const CreateCompany = input('CreateCompany', 'A new company.', {
  externalId: externalIdInput().optional(),
  name: fields.name,
  ...optional
})
export type CreateCompany = z.output<typeof CreateCompany>

export const UpdateCompany = input('UpdateCompany', 'Changes to a company: what is absent stays, null clears.', {
  name: fields.name.optional(),
  ...optional
})
export type UpdateCompany = z.output<typeof UpdateCompany>

export const UpsertCompany = input('UpsertCompany', 'What the company with this external id shall be.', {
  name: fields.name,
  ...optional
})

export const companyFilters = filters('Company', {
  id: on(IdCondition, companies.id),
  externalId: on(TextCondition, companies.externalId),
  name: on(TextCondition, companies.name),
  domain: onList(companies.domains),
  tier: on(TextCondition, companies.tier),
  attributes: onAttributes(companies.attributes),
  createdAt: on(TimeCondition, companies.createdAt),
  updatedAt: on(TimeCondition, companies.updatedAt)
})

export const CompanySort = choice('CompanySort', 'How companies are sorted; ties by id.', ['nameAsc', 'nameDesc', 'createdAtAsc', 'createdAtDesc', 'updatedAtAsc', 'updatedAtDesc'])
const sort = CompanySort.default('nameAsc').describe('How they are sorted; ties by id.')
const q = z.string().min(1).max(200).optional().describe('Words, or their beginnings, of the name; or a whole domain.')

export const CompanyQuery = z.object({
  ...pageQuery,
  sort,
  q,
  filter: jsonParameter(companyFilters.shape).optional().describe('A CompanyFilter as JSON.'),
  domain: z.string().max(253).toLowerCase().optional().describe('Only those with this domain.'),
  tier: z.string().max(50).optional().describe('Only those of this tier.')
})

export const SearchCompanies = input('SearchCompanies', 'A search among companies.', {
  ...pageBody,
  sort,
  q,
  filter: companyFilters.shape.optional().describe('Which companies.')
})
export type SearchCompanies = z.output<typeof SearchCompanies>

/** The parameters of the URL as one filter. */
export function searchOfQuery ({ domain, tier, filter, ...rest }: z.output<typeof CompanyQuery>): SearchCompanies {
  return { ...rest, filter: givenFilter({ domain, tier }, filter) }
}

export const CompanyList = listOf('Company', Company)
export const UpsertedCompany = upsertedShape('Company', Company)
