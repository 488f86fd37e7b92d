import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { createCompany, getCompany, listCompanies, updateCompany, upsertCompany } from './company.service.js'
import { Company, CompanyList, CompanyQuery, CreateCompany, SearchCompanies, searchOfQuery, UpdateCompany, UpsertCompany, UpsertedCompany } from './company.shapes.js'

const tag = 'Companies'
const example = { name: 'Example Ltd', domains: ['example.com'], tier: 'gold' }

export function companyRoutes (app: Api): void {
  app.get('/companies', operation({
    id: 'listCompanies', summary: 'List companies', tag, scope: 'contacts:read', query: CompanyQuery, answer: CompanyList
  }), async request => listCompanies(request.ctx, searchOfQuery(request.query)))

  app.post('/companies/search', operation({
    id: 'searchCompanies', summary: 'Search companies with a filter in the body', tag, scope: 'contacts:read', body: SearchCompanies,
    answer: CompanyList, graphql: 'companies', example: { filter: { tier: { in: ['gold', 'platinum'] } } }
  }), async request => listCompanies(request.ctx, request.body))

  app.get('/companies/:id', operation({
    id: 'getCompany', summary: 'Get a company', tag, scope: 'contacts:read', params: RefParams, answer: Company
  }), async request => getCompany(request.ctx, request.params.id))

  app.post('/companies', operation({
    id: 'createCompany', summary: 'Create a company', tag, scope: 'contacts:write', status: 201, body: CreateCompany, answer: Company, example
  }), async (request, reply) => created(reply, '/v1/companies', await createCompany(request.ctx, request.body)))

  app.patch('/companies/:id', operation({
    id: 'updateCompany', summary: 'Change a company', tag, scope: 'contacts:write', params: RefParams, body: UpdateCompany, answer: Company,
    description: 'Conversations that were had keep the tier that they were created with.', example: { tier: 'platinum' }
  }), async request => updateCompany(request.ctx, request.params.id, request.body))

  app.put('/companies/:id', operation({
    id: 'upsertCompany', summary: 'Create or change the company with an external id', tag, scope: 'contacts:write', params: RefParams,
    body: UpsertCompany, answer: UpsertedCompany, also: [{ status: 201, description: 'Created.' }], refusals: ['conflict'], example
  }), async (request, reply) => upserted(reply, await upsertCompany(request.ctx, request.params.id, request.body)))
}
