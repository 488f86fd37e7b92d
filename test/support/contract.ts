import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { codes, type Code } from '../../src/errors.js'
import { refusalsOf, type Operation } from '../../src/http/operations.js'

export interface Answered { method: string, url: string, status: number, headers: Record<string, unknown>, body: unknown }

/** Fails when an answer is not one that the OpenAPI contract describes: its status, media type, and every field. */
export type Check = (answered: Answered) => void

const checks = new WeakMap<FastifyInstance, Check>()

/** The check for this server's own contract; made once, each shape compiled when it is first answered. */
export function contractCheck (app: FastifyInstance): Check {
  const known = checks.get(app)
  if (known) return known
  const check = makeCheck(app)
  checks.set(app, check)
  return check
}

interface Described { responses: Record<string, { $ref?: string, content?: Record<string, { schema: unknown }> }> }
interface Contract {
  paths: Record<string, Record<string, Described>>
  components: { responses: Record<string, Described['responses'][string]>, schemas: Record<string, unknown> }
}

function makeCheck (app: FastifyInstance): Check {
  const contract = app.contract() as unknown as Contract
  const find = finder(app.operations())
  const refusals = new Map(app.operations().map(operation => [operation.id, refusalsOf(operation)]))
  const validator = validators(contract)
  return answered => {
    const { method, url, status, headers, body } = answered
    const fail = (what: string): never => { throw new Error(`${method} ${url} answered ${status}, which the contract does not describe: ${what}`) }
    const type = String(headers['content-type'] ?? '').split(';')[0]!
    if (status >= 400) {
      if (type !== 'application/problem+json' && url.startsWith('/v1/')) fail(`the media type is ${type}`)
      if (type === 'application/problem+json') validator('#/components/schemas/Problem', body, fail)
    }
    const operation = find(method, url)
    if (!operation || status >= 500 || status === 304) return
    if (status >= 400) return checkRefusal(operation.id, refusals.get(operation.id)!, status, body as { code: Code }, fail)
    const response = contract.paths[operation.path]![method.toLowerCase()]!.responses[status]
    if (!response) return fail(`${operation.id} has no status ${status}; give it in status or also`)
    if (!response.content) return body ? fail(`${operation.id} has no answer`) : undefined
    if (!response.content[type]) fail(`${operation.id} has no media type ${type}; give it in produces`)
    if (type === 'application/json') validator(pointer(operation, method, status), body, fail)
  }
}

const escape = (text: string): string => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'))
const pointer = ({ path }: Operation, method: string, status: number): string =>
  `#/paths/${escape(path)}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`

function checkRefusal (id: string, refusals: readonly Code[], status: number, { code }: { code: Code }, fail: (what: string) => never): void {
  if (!refusals.includes(code)) fail(`${id} is not documented to refuse with ${code}; add it to its refusals`)
  if (codes[code][0] !== status) fail(`${code} is ${codes[code][0]}`)
}

/** Which operation a request was for; undefined for what is none (health, the contracts, unknown addresses). */
function finder (operations: readonly Operation[]): (method: string, url: string) => Operation | undefined {
  const parameters = (path: string): number => path.split('{').length
  const patterns = operations.toSorted((a, b) => parameters(a.path) - parameters(b.path))
    .map(operation => ({ operation, pattern: new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}/?$`) }))
  return (method, url) => {
    const path = url.split('?')[0]!
    return patterns.find(({ operation, pattern }) => operation.method === method && pattern.test(path))?.operation
  }
}

/** Validates by the contract, with one difference: a field that it does not name is refused. */
function validators (contract: Contract) {
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: false, validateFormats: true }))
  ajv.addSchema({ $id: 'contract', ...closed(contract) as object }, 'contract')
  const compiled = new Map<string, ValidateFunction>()
  return (at: string, value: unknown, fail: (what: string) => never): void => {
    const validate = compiled.get(at) ?? ajv.compile({ $ref: `contract${at}` })
    compiled.set(at, validate)
    if (validate(value)) return
    const [error] = validate.errors!
    fail(`${error!.instancePath || 'the body'} ${error!.message} ${JSON.stringify(error!.params)}`)
  }
}

function closed (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]))
  const isObject = inner.type === 'object' && inner.properties !== undefined && inner.additionalProperties === undefined
  return isObject ? { ...inner, additionalProperties: false } : inner
}
