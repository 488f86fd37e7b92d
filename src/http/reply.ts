import type { FastifyReply } from 'fastify'

/** 201 with where to find it. */
export function created<T extends { id: string }> (reply: FastifyReply, path: string, resource: T): T {
  reply.code(201).header('location', `${path}/${resource.id}`)
  return resource
}

/** The answer to an upsert, and 201 when it made something. */
export function upserted<T extends { outcome: string }> (reply: FastifyReply, answer: T): T {
  if (answer.outcome === 'created') reply.code(201)
  return answer
}

export function gone (reply: FastifyReply): FastifyReply {
  return reply.code(204).send()
}
