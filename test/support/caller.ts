import type { FastifyInstance, InjectOptions } from 'fastify'
import { contractCheck } from './contract.js'

export interface Answer<T = any> { status: number, headers: Record<string, string | undefined>, body: T }
export interface GraphqlAnswer<T = any> {
  status: number
  headers: Record<string, string | undefined>
  data: T
  errors: Array<{ message: string, path?: Array<string | number>, extensions: { code: string, requestId: string, errors?: Array<{ path: string, message: string }> } }> | undefined
}

/** One caller of both faces. */
export interface Caller {
  token: string | null
  get: <T = any>(path: string, headers?: Record<string, string>) => Promise<Answer<T>>
  post: <T = any>(path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer<T>>
  patch: <T = any>(path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer<T>>
  put: <T = any>(path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer<T>>
  delete: (path: string, headers?: Record<string, string>) => Promise<Answer>
  graphql: <T = any>(query: string, variables?: Record<string, unknown>) => Promise<GraphqlAnswer<T>>
}

/** Calls the server as the holder of a key or token; null calls as a stranger. Every answer must be as the contract has it. */
export function caller (app: FastifyInstance, token: string | null): Caller {
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const send = async (method: InjectOptions['method'], url: string, payload?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = await app.inject({ method, url, headers: { ...authorization, ...headers }, ...(payload !== undefined && { payload: payload as object }) })
    const isJson = String(answer.headers['content-type']).includes('json')
    const body = isJson && answer.body ? answer.json() : answer.body
    contractCheck(app)({ method: method!.toUpperCase(), url, status: answer.statusCode, headers: answer.headers, body })
    return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body }
  }
  return {
    token,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    async graphql (query, variables = {}) {
      const { status, headers, body } = await send('POST', '/graphql', { query, variables })
      return { status, headers, data: body.data, errors: body.errors }
    }
  }
}
