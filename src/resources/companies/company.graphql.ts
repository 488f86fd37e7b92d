import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { createCompany, getCompany, listCompanies, updateCompany, upsertCompany } from './company.service.js'
import { CreateCompany, SearchCompanies, UpdateCompany, UpsertCompany } from './company.shapes.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const companyGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A company, by its id or external:…"
      company(id: ID!): Company!
      "Companies, a page at a time. q: words, or their beginnings, of the name; or a whole domain."
      companies(first: Int = 25, after: String, q: String, filter: CompanyFilter, sort: CompanySort = nameAsc): CompanyConnection!
    }
    extend type Mutation {
      "Creates a company."
      createCompany(input: CreateCompany!, idempotencyKey: String): Company!
      "Changes a company: what is absent stays, null clears. Conversations that were had keep their tier."
      updateCompany(id: ID!, input: UpdateCompany!, ifVersion: Int): Company!
      "Creates or changes the company with an external id (id: external:…)."
      upsertCompany(id: ID!, input: UpsertCompany!, ifVersion: Int): UpsertedCompany!
    }
    ${connectionSdl('Company')}`,
  resolvers: {
    Query: {
      company: query((ctx, { id }) => getCompany(ctx, ref(id))),
      companies: query(async (ctx, args) => connectionOf(await listCompanies(ctx, sent(SearchCompanies, listArguments(args)))))
    },
    Mutation: {
      createCompany: mutation((ctx, { input }) => createCompany(ctx, sent(CreateCompany, input))),
      updateCompany: mutation((ctx, { id, input }) => updateCompany(ctx, ref(id), sent(UpdateCompany, input))),
      upsertCompany: mutation((ctx, { id, input }) => upsertCompany(ctx, ref(id), sent(UpsertCompany, input)))
    }
  }
}
