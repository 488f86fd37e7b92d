import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { stringify } from 'yaml'
import { z } from 'zod'
import { codes, type Code } from '../errors.js'
import { scopeMeanings } from '../scopes.js'
import type { OperationInfo } from './operation.js'
import { choice, namedSchemas, reference, shape } from '../shapes.js'

type Json = Record<string, unknown>

const ErrorCode = choice('ErrorCode', 'Why something was refused; few and stable.', Object.keys(codes) as [Code, ...Code[]])
const FieldErrorShape = shape('FieldError', 'One bad field.', {
  path: z.string().describe('Where it is, dotted from the root of the input; list positions are numbers.'),
  message: z.string().describe('What is wrong with it.')
})
export const ProblemShape = shape('Problem', 'A refusal, as RFC 9457 describes it.', {
  type: z.url().describe('Names the kind of problem.'),
  title: z.string().describe('The kind of problem, in words.'),
  status: z.int().describe('The HTTP status.'),
  detail: z.string().describe('What happened, and what to do.'),
  code: ErrorCode.describe('The kind of problem, for programs.'),
  requestId: z.string().describe('The id under which the server\'s log has it.'),
  errors: z.array(FieldErrorShape).optional().describe('Each bad field.')
})

function schemaOf (schema: z.ZodType, io: 'input' | 'output'): Json {
  const { id } = z.globalRegistry.get(schema) ?? {}
  if (id) return { $ref: reference(id as string) }
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', `"${reference('')}`)) as Json
}

const standardRefusals: Code[] = ['badRequest', 'unauthenticated', 'forbidden', 'rateLimited', 'internal', 'unavailable']

function refusalsOf (info: OperationInfo, route: { params: boolean, body: boolean, method: string }): Code[] {
  const some: Code[] = info.scope === null ? ['badRequest', 'rateLimited', 'internal', 'unavailable'] : [...standardRefusals]
  if (route.params || route.body) some.push('invalid')
  if (route.params) some.push('notFound')
  if (['PATCH', 'PUT', 'DELETE'].includes(route.method) || (route.method === 'POST' && route.params)) some.push('preconditionFailed')
  if (route.method === 'POST') some.push('conflict', 'idempotencyMismatch')
  if (route.body) some.push('tooLarge')
  return [...new Set([...some, ...info.refusals ?? []])]
}

function responsesOf (info: OperationInfo, codesOf: Code[]): Json {
  const content = info.answer && Object.fromEntries((info.produces ?? ['application/json'])
    .map(type => [type, { schema: type === 'application/json' ? schemaOf(info.answer!, 'output') : { type: 'string' } }]))
  const status = info.status ?? 200
  const responses: Json = {
    [status]: {
      description: status === 204 ? 'Done; there is nothing to answer.' : status === 201 ? 'Created.' : 'Done.',
      ...(content && { content }),
      ...(status === 201 && { headers: { Location: { description: 'Where it is.', schema: { type: 'string' } } } })
    }
  }
  for (const { status, description } of info.also ?? []) responses[status] = { description, ...(content && { content }) }
  for (const status of new Set(codesOf.map(code => codes[code][0]))) {
    const list = codesOf.filter(code => codes[code][0] === status)
    responses[status] = {
      description: list.map(code => `${codes[code][1]} (\`${code}\`)`).join('; ') + '.',
      content: { 'application/problem+json': { schema: { $ref: reference('Problem') } } }
    }
  }
  return responses
}

function bodyOf (info: OperationInfo, body: z.ZodType): Json {
  const schema = schemaOf(body, 'input')
  return {
    required: true,
    content: Object.fromEntries((info.consumes ?? ['application/json']).map(type => [type, {
      schema: type === 'application/json' ? schema : { type: 'string' },
      ...(info.example !== undefined && type === 'application/json' && { example: info.example })
    }]))
  }
}

function parametersOf (schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as { properties?: Record<string, Json>, required?: string[] }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name, in: where, required: where === 'path' || required.includes(name), description, schema: rest
  }))
}

interface RouteLike {
  method: string | string[], url: string
  config?: { operation?: OperationInfo }
  schema?: { params?: z.ZodType, querystring?: z.ZodType, body?: z.ZodType }
}

function operationOf (route: RouteLike): Json {
  const info = route.config!.operation!
  const { params, querystring, body } = route.schema ?? {}
  const method = [route.method].flat()[0]!
  const headers = [
    ...(method === 'POST' && info.scope ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(['PATCH', 'PUT', 'DELETE'].includes(method) || (method === 'POST' && params) ? [{ $ref: '#/components/parameters/IfMatch' }] : [])
  ]
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(querystring, 'query'), ...headers]
  return {
    operationId: info.id,
    summary: info.summary,
    ...(info.description && { description: info.description }),
    tags: [info.tag],
    security: info.scope === null ? [] : [{ apiKey: [info.scope] }, { token: [info.scope] }],
    ...(parameters.length && { parameters }),
    ...(body && { requestBody: bodyOf(info, body) }),
    responses: responsesOf(info, refusalsOf(info, { params: !!params, body: !!body, method }))
  }
}

const scopeTable = Object.entries(scopeMeanings).map(([scope, meaning]) => `| \`${scope}\` | ${meaning} |`).join('\n')

const about = {
  openapi: '3.1.0',
  info: {
    title: 'SupportOps',
    version: '1.0.0',
    summary: 'The headless support-operations API.',
    description: `Conversations, channels, tags, service standards and metrics, as resources. The same words, errors,
permissions and events as the GraphQL face at \`/graphql\`.

Every request carries \`Authorization: Bearer …\`: an API key, or a token of an issuer that the workspace configured.

| Scope | What it permits |
|---|---|
${scopeTable}`,
    license: { name: 'MIT', identifier: 'MIT' }
  },
  servers: [{ url: '/', description: 'This server.' }],
  components: {
    parameters: {
      IdempotencyKey: {
        name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 255 },
        description: 'Any text of your own: the same key and body within 24 h gets the first answer again.'
      },
      IfMatch: {
        name: 'If-Match', in: 'header', required: false, schema: { type: 'string' },
        description: 'The ETag that the change is based on; refused with `preconditionFailed` when it is no longer current.'
      }
    },
    securitySchemes: {
      apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `sup_live_…`.' },
      token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An agent\'s or a contact\'s token.' }
    }
  }
}

/** Collects every operation and serves the contract and the reference page, with all assets from here. */
export const openapi = plugin(async (app: FastifyInstance) => {
  const operations: RouteLike[] = []
  app.addHook('onRoute', route => {
    if (route.config?.operation && [route.method].flat()[0] !== 'HEAD') operations.push(route as unknown as RouteLike)
  })
  // The reference page keeps this object from now on; it is filled when every route is known.
  const printed: Json = {}
  app.decorate('contract', () => printed)
  app.addHook('onReady', async () => { Object.assign(printed, document(operations)) })
  await app.register(swagger, { mode: 'static', specification: { document: printed as never } })
  const open = { config: { open: true }, schema: { hide: true } }
  app.get('/openapi.json', open, async () => printed)
  app.get('/openapi.yaml', open, async (_request, reply) => reply.type('application/yaml').send(contractYaml(printed)))
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { deepLinking: true, persistAuthorization: true, displayRequestDuration: true }
  })
}, { name: 'openapi' })

declare module 'fastify' {
  interface FastifyInstance { contract: () => Record<string, unknown> }
}

export const contractYaml = (contract: Json): string => stringify(contract, { lineWidth: 120, aliasDuplicateObjects: false })

function document (operations: RouteLike[]): Json {
  const paths: Record<string, Json> = {}
  const sorted = operations.toSorted((a, b) => a.url < b.url ? -1 : a.url > b.url ? 1 : 0)
  for (const route of sorted) {
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    const method = [route.method].flat()[0]!.toLowerCase()
    paths[path] = { ...paths[path], [method]: operationOf(route) }
  }
  const tags = [...new Set(sorted.map(route => route.config!.operation!.tag))].sort()
  return {
    ...about,
    tags: tags.map(name => ({ name, description: `Everything about ${name.toLowerCase()}.` })),
    paths,
    components: { ...about.components, schemas: namedSchemas() }
  }
}
