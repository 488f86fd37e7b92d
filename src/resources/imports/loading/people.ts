import type { Context } from '../../../context.js'
import type { FieldError } from '../../../errors.js'
import { upsertCompany } from '../../companies/company.service.js'
import { loadCompanies as makeCompanies } from '../../companies/loading.service.js'
import { upsertContact } from '../../contacts/contact.service.js'
import { loadContacts as makeContacts } from '../../contacts/loading.service.js'
import type { UpsertContact } from '../../contacts/contact.shapes.js'
import type { StagedLine } from '../import.store.js'
import type { ImportLine, LineOf } from '../line.shapes.js'
import { oneByOne, refused, type Did, type Outcome } from '../outcome.js'
import { noNames, referencesOf } from './reference.store.js'

/* What a workspace has hundreds of thousands of: made in bulk where nothing stands in the way, else by the verbs. */

/** What the bulk said of each line, and what the verb says of those that it left. */
async function settled<T extends ImportLine> (ctx: Context, lines: ReadonlyArray<StagedLine<T>>, said: ReadonlyArray<'created' | 'unchanged' | 'left' | FieldError[]>,
  verb: (ctx: Context, line: T, at: number) => Promise<Did>): Promise<Outcome[]> {
  const places = new Map(lines.map(({ data }, at) => [data, at]))
  const left = await oneByOne(ctx, lines.filter((_, at) => said[at] === 'left'), (ctx, line) => verb(ctx, line, places.get(line)!))
  return [...left, ...lines.flatMap(({ line }, at): Outcome[] => {
    const did = said[at]!
    return did === 'left' ? [] : Array.isArray(did) ? [{ line, errors: did }] : [{ line, did }]
  })]
}

export async function loadCompanies (ctx: Context, lines: Array<StagedLine<LineOf<'company'>>>): Promise<Outcome[]> {
  const given = lines.map(({ data: { type, externalId, ...input } }) => ({ externalId, input }))
  return settled(ctx, lines, await makeCompanies(ctx, given), async (ctx, { externalId }, at) =>
    (await upsertCompany(ctx, `external:${externalId}`, given[at]!.input)).outcome)
}

export async function loadContacts (ctx: Context, lines: Array<StagedLine<LineOf<'contact'>>>): Promise<Outcome[]> {
  const names = noNames()
  for (const { data } of lines) if (data.company) names.companies.add(data.company)
  const { companies } = await referencesOf(ctx.db, ctx.caller!.workspaceId, names)
  const isKnown = ({ data: { company } }: StagedLine<LineOf<'contact'>>): boolean => !company || companies.has(company)
  const good = lines.filter(isKnown)
  const given = good.map(({ data: { type, externalId, company, ...input } }): { externalId: string, input: UpsertContact } =>
    ({ externalId, input: { ...input, ...(company !== undefined && { companyId: company && companies.get(company) }) } }))
  const outcomes = await settled(ctx, good, await makeContacts(ctx, given), async (ctx, { externalId }, at) =>
    (await upsertContact(ctx, `external:${externalId}`, given[at]!.input)).outcome)
  return [...outcomes, ...lines.filter(each => !isKnown(each)).map(({ line }) => refused(line, 'company', 'names no company of this workspace, nor of the lines before it'))]
}
