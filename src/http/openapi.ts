import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { namedShapes } from '../shapes.js'
import { about, sharedComponents } from './openapi/about.js'
import { describe, refusalsNamed } from './openapi/describe.js'
import { exampleOf } from './openapi/examples.js'
import { componentsFor, type Json } from './openapi/schemas.js'
import type { Operation } from './operations.js'
import { referencePage } from './reference.js'

/** Serves the contract and the reference page. Printed when it is first asked for. */
export const openapi = plugin(async (app: FastifyInstance) => {
  let printed: Json | undefined
  const texts: { json?: string, yaml?: string } = {}
  app.decorate('contract', () => printed ??= document(app.operations()))
  const open = { config: { open: true } }
  app.get('/openapi.json', open, async (_request, reply) =>
    reply.type('application/json').send(texts.json ??= JSON.stringify(app.contract())))
  app.get('/openapi.yaml', open, async (_request, reply) =>
    reply.type('application/yaml').send(texts.yaml ??= (await import('./openapi/yaml.js')).contractYaml(app.contract())))
  referencePage(app)
}, { name: 'openapi', dependencies: ['operations'] })

declare module 'fastify' {
  interface FastifyInstance { contract: () => Record<string, unknown> }
}

type Described = Json & { requestBody?: { content: Record<string, { schema: Json, example?: unknown }> } }

/** The OpenAPI document of the operations: every path, and the components that they use. */
export function document (operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Described>> = {}
  for (const operation of operations) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation)
  }
  const responses = refusalsNamed(operations)
  const schemas = componentsFor([paths, responses])
  giveExamples(paths, schemas)
  const tags = [...new Set(operations.map(({ tag }) => tag))].toSorted()
  return {
    ...about,
    tags: tags.map(name => ({ name, description: `Everything about ${name.toLowerCase()}.` })),
    paths,
    components: { ...usedOf([paths, responses]), responses, schemas }
  }
}

/** A body that has no example of its own gets one from its schema, and so does every shape that is answered. */
function giveExamples (paths: Record<string, Record<string, Described>>, schemas: Record<string, Json>): void {
  for (const { requestBody } of Object.values(paths).flatMap(path => Object.values(path))) {
    for (const content of Object.values(requestBody?.content ?? {})) {
      content.example ??= exampleOf(content.schema, schemas, false)
    }
  }
  const answered = [...namedShapes()].filter(([id, { role }]) => role === 'output' && schemas[id]).map(([id]) => id)
  const examples = answered.map(id => [id, exampleOf(schemas[id]!, schemas, true)] as const)
  for (const [id, example] of examples) schemas[id]!.examples ??= [example]
}

/** Of what operations share, only what one of them refers to. */
function usedOf (parts: unknown): Json {
  const text = JSON.stringify(parts)
  const used = (kind: 'parameters' | 'headers'): Json => Object.fromEntries(Object.entries(sharedComponents[kind])
    .filter(([name]) => text.includes(`"#/components/${kind}/${name}"`)))
  return { parameters: used('parameters'), headers: used('headers'), securitySchemes: sharedComponents.securitySchemes }
}
