import type DataLoader from 'dataloader'
import type { GraphQLFieldResolver } from 'graphql'
import type { Context } from '../context.js'
import type { Writer } from './written.js'

/** What every resolver gets: the caller's own context, the loaders of this one request, and the id its errors carry. */
export interface GraphqlContext {
  ctx: Context
  /** Filled by `loader`, one of each kind for a request (or for one event of a subscription). */
  loaders: Map<object, DataLoader<any, any, any>>
  requestId: string
}

export type Resolver = GraphQLFieldResolver<any, GraphqlContext>

/** `subscribe` gives the source of events; each passes `resolve`, or is the field itself when there is none. */
export interface SubscriptionResolver {
  subscribe: (source: unknown, args: any, context: GraphqlContext) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>
  resolve?: Resolver
}

/** What one resource adds to the graph. */
export interface GraphqlModule {
  /** `extend type Query { … }`, `extend type Mutation { … }`, relations as `extend type Contact { … }`, connection types. */
  sdl: string
  /** By type and field. Every field of Query, Mutation and Subscription needs one. */
  resolvers: Record<string, Record<string, Resolver | SubscriptionResolver>>
  /** Root fields whose answer the database can write. */
  writers?: Record<string, Writer>
  /** For each union, the name of the object type that a value of it is. */
  unions?: Record<string, (value: any) => string>
}

/**
 * A batching loader that is made once per request, on first use:
 * `const contactById = loader(ctx => new DataLoader(ids => contacts(ctx, ids)))`, then `contactById(context).load(id)`.
 */
export function loader<K, V, C = K> (make: (ctx: Context) => DataLoader<K, V, C>): (context: GraphqlContext) => DataLoader<K, V, C> {
  return ({ ctx, loaders }) => {
    let made = loaders.get(make)
    if (!made) loaders.set(make, made = make(ctx))
    return made
  }
}
