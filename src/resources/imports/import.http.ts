import type { Readable } from 'node:stream'
import { ApiError } from '../../errors.js'
import { operation, type Api } from '../../http/operation.js'
import { RefParams } from '../../shapes.js'
import { cancelImport, getImport, listImportErrors, listImports } from './import.service.js'
import { CreateImport, Import, ImportErrorQuery, ImportLineErrorList, ImportList, ImportQuery, maxBodyBytes } from './import.shapes.js'
import { createImport } from './receiving.service.js'

const [tag, scope] = ['Imports', 'imports:write'] as const
const lines = 'application/x-ndjson'

export function importRoutes (app: Api): void {
  app.get('/imports', operation({
    id: 'listImports', summary: 'List imports', tag, scope, query: ImportQuery, answer: ImportList
  }), async request => listImports(request.ctx, request.query))

  app.get('/imports/:id', operation({
    id: 'getImport', summary: 'Get an import: how far it is, and which lines are bad', tag, scope, params: RefParams, answer: Import
  }), async request => getImport(request.ctx, request.params.id))

  app.get('/imports/:id/errors', operation({
    id: 'listImportErrors', summary: 'List what is wrong with the lines of an import', tag, scope, params: RefParams, query: ImportErrorQuery, answer: ImportLineErrorList,
    graphql: 'importErrors'
  }), async request => {
    const { data, page } = await listImportErrors(request.ctx, request.params.id, request.query)
    return { data, page }
  })

  app.post('/imports/:id/cancel', operation({
    id: 'cancelImport', summary: 'Stop an import', tag, scope, params: RefParams, answer: Import, refusals: ['conflict'],
    description: 'What was loaded stays.'
  }), async request => cancelImport(request.ctx, request.params.id))

  app.register(async app => {
    app.addContentTypeParser(lines, (_request, payload, done) => done(null, payload))
    app.post('/imports', {
      ...operation({
        id: 'createImport', summary: 'Import history', tag, scope, status: 202, query: CreateImport, answer: Import, consumes: [lines], refusals: ['conflict', 'tooLarge'],
        description: `Contacts, companies, agents, teams, tags, channels, conversations, messages and changes with their own times, one JSON object a line, as docs/import.md tells. ` +
          `Up to ${maxBodyBytes / 1_048_576} MiB, which must arrive within 30 s; longer files are loaded by \`supportops import\`. The lines are stored, then loaded by a worker; ask again how far it is.`,
        graphql: { none: 'GraphQL has no streams: post the lines to /v1/imports.' }
      })
    }, async (request, reply) => {
      const made = await createImport(request.ctx, request.query as CreateImport, bodyOf(request.body))
      return reply.code(202).header('location', `/v1/imports/${made.id}`).send(made)
    })
  })
}

/** The lines as they come; none, where there is no body or another one than lines. */
const bodyOf = (body: unknown): AsyncIterable<Uint8Array> => {
  if (typeof (body as Readable | null)?.pipe === 'function') return body as Readable
  throw new ApiError('badRequest', `Send the lines as the body, with the Content-Type ${lines}.`)
}
