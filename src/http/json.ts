import type { FastifyInstance } from 'fastify'
import { ApiError } from '../errors.js'
import { maxNesting, nestsDeeper } from '../validate.js'

/**
 * JSON is the only body unless a route's own plugin takes another one. What nests deeper than anything that we are sent
 * would exhaust the stack of whatever walks it next, so it is refused before it is parsed.
 */
export function speakJson (app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (nestsDeeper(body as string)) {
      done(new ApiError('tooComplex', `The body nests deeper than ${maxNesting} levels.`))
    } else {
      void parse(request, body as string, done)
    }
  })
}
