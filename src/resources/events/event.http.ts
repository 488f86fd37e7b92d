import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../errors.js'
import type { Authentication } from '../../http/authentication.js'
import { operation, type Api } from '../../http/operation.js'
import { maxFollowers, maxFollowersOfCaller } from './event.feed.js'
import { followEvents, getEvent, listEvents } from './event.service.js'
import { Event, EventList, EventParams, EventQuery, StreamQuery } from './event.shapes.js'
import { serverSent } from './event.stream.js'

const tag = 'Events'

export function eventRoutes (app: Api): void {
  app.get('/events', operation({
    id: 'listEvents', summary: 'Page through the events', tag, scope: 'events:read', query: EventQuery, answer: EventList,
    description: 'In one order, by `sequence`. An event is never shown before one of a lower sequence that may still be ' +
      'committed, so whoever keeps `endCursor` and comes back with it misses nothing and sees nothing twice. It is usable on ' +
      'an empty page too.'
  }), async request => listEvents(request.ctx, named(request.query)))

  app.get('/events/stream', {
    ...operation({
      id: 'streamEvents', summary: 'Follow the events as they happen', tag, scope: 'events:read', query: StreamQuery, answer: Event,
      produces: ['text/event-stream'], graphql: 'Subscription.events',
      description: 'Server-sent events: `id` is the sequence, `data` the event as JSON, and there are no event names. With ' +
        '`Last-Event-ID` it continues behind that event, as a browser\'s EventSource does by itself; ids without data keep it ' +
        'current. A comment every 15 seconds shows that the stream lives. The caller is checked again each minute. At most ' +
        `${maxFollowersOfCaller} streams and subscriptions for each caller, and ${maxFollowers} for each server process.`
    }),
    // Answering HEAD would read the stream to its end, which it does not have.
    exposeHeadRoute: false
  }, async (request, reply) => {
    const last = request.headers['last-event-id']
    const following = await followEvents(request.ctx, { ...named(request.query), ...(last && { after: String(last) }) })
    // A connection that would live on after its stream keeps a server that stops waiting for it.
    reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').header('connection', 'close')
    return reply.send(serverSent(following, request.ctx.services.timers, () => stillAllowed(app.authentication, request)))
  })

  app.get('/events/:id', operation({
    id: 'getEvent', summary: 'Get an event', tag, scope: 'events:read', params: EventParams, answer: Event
  }), async request => getEvent(request.ctx, request.params.id))
}

const named = <T extends { type?: string[] }>({ type, ...query }: T) => ({ ...query, types: type })

/** A database that does not answer right now ends no stream; a key that was revoked or a token that expired does. */
async function stillAllowed (authentication: Authentication, request: FastifyRequest): Promise<boolean> {
  try {
    const caller = await authentication.identify(request.headers.authorization)
    return caller?.workspaceId === request.ctx.caller!.workspaceId && caller.scopes.has('events:read')
  } catch (error) {
    return !(error instanceof ApiError && error.code === 'unauthenticated')
  }
}
