import { createHash } from 'node:crypto'
import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../context.js'
import type { Page } from '../db/page.js'
import { ApiError } from '../errors.js'
import { connection, type Connection } from './connections.js'
import type { GraphqlContext, Resolver } from './module.js'

type Args = Record<string, any>

/** A field of Query: the verb on the caller's context. */
export const query = (verb: (ctx: Context, args: Args) => unknown): Resolver =>
  (_source, args, { ctx }) => verb(ctx as Context, args)

/** A field of Mutation: as REST's headers do, `ifVersion` and `idempotencyKey` go into the context. */
export const mutation = (verb: (ctx: Context, args: Args, context: GraphqlContext) => unknown): Resolver =>
  (_source, { ifVersion, idempotencyKey, ...args }, context, info) => verb({
    ...context.ctx as Context,
    ifVersion: ifVersion ?? null,
    idempotency: idempotencyKey === undefined || idempotencyKey === null ? null : { key: checkedKey(idempotencyKey), hash: hashOf(info, args) },
    replayed: { yes: false }
  }, args, context)

function checkedKey (key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new ApiError('invalid', 'idempotencyKey: must be 1 to 255 visible ASCII characters',
    [{ path: 'idempotencyKey', message: 'must be 1 to 255 visible ASCII characters' }])
}

const hashOf = (info: GraphQLResolveInfo, args: Args): Buffer =>
  createHash('sha256').update(`${info.fieldName}\n${JSON.stringify(args)}`).digest()

/** A list verb's page as a connection; the total is counted only when it is asked for. */
export const connectionOf = <T>(page: Page<T>): Connection<T> => connection(page, page.count)

/** The arguments of a list field in the words of its REST query: `first` is the limit. */
export const listArguments = ({ first, ...args }: Args): Args =>
  Object.fromEntries(Object.entries({ ...args, limit: first }).filter(([, value]) => value !== undefined && value !== null))
