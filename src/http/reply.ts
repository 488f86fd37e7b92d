import type { FastifyReply } from 'fastify'
import { enclosed, giveBack } from '../db/bytes.js'

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

/** Bytes of the database's, whose place is taken by others once the system has them all. */
export function sendBytes (reply: FastifyReply, bytes: Buffer): FastifyReply {
  const { socket } = reply.request.raw
  reply.raw.once('finish', () => { if (!socket.destroyed) giveBack(bytes) })
  return reply.send(bytes)
}

/** A resource that the database wrote as JSON: it goes out as it is, with its ETag; 304 for whoever has it. */
export function raw (reply: FastifyReply, path: string, { id, version, json }: { id: string, version: number, json: Buffer }): FastifyReply {
  const etag = `"${version}"`
  reply.header('etag', etag).type('application/json; charset=utf-8')
  if (!reply.request.url.includes(id)) reply.header('content-location', `${path}/${id}`)
  if (reply.request.headers['if-none-match'] === etag) {
    giveBack(json)
    return reply.code(304).send()
  }
  return sendBytes(reply, json)
}

/** A page of such resources. */
export function rawPage (reply: FastifyReply, { json, page }: { json: Buffer, page: object }): FastifyReply {
  return sendBytes(reply.type('application/json; charset=utf-8'), enclosed('{"data":[', json, `],"page":${JSON.stringify(page)}}`))
}
