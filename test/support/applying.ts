import pg from 'pg'
import type { Test } from 'tap'
import { rows } from '../../src/db/connection.js'
import { applyPromises } from '../../src/resources/clocks/applying.service.js'
import { target, type Desk, type Talk } from './clock-case.js'

/* What is published is applied by a worker: conversations to walk, in steps that are small enough to stop between. */

export const few = { limit: 3, stretch: 4 }
export const all = [target('firstReply', '1h', { warnAt: { share: 0.5 } }), target('firstResolution', '2h')]

export const made = (desk: Desk, count: number): Promise<Talk[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => desk.asked(`-2 09:${String(index).padStart(2, '0')}`)))

export const query = <T>({ app }: Desk, text: string, values: unknown[]): Promise<T[]> => rows<T>(app.services.database.read, text, values)

/** Every conversation's row as it is stored, with the transaction that wrote it last. */
export const rowsOf = (desk: Desk): Promise<Array<{ id: string }>> =>
  query(desk, 'select xmin::text as by, * from conversations where workspace_id = $1 order by id', [desk.w.workspaceId])

export const storedOf = async (desk: Desk, { id }: Talk): Promise<any[]> =>
  (await desk.w.get(`/v1/clocks?filter={"conversationId":{"eq":"${id}"}}&sort=startedAtDesc`)).body.data

/** Clocks without what only time consumes, in one order. */
export const essence = (clocks: any[]): any[] => clocks.map(({ consumedSeconds, remainingSeconds, ...clock }) => clock)
  .toSorted((a, b) => a.id < b.id ? -1 : 1)

/** What is stored of each conversation's clocks is what they come to by themselves. */
export async function exact (t: Test, desk: Desk, talks: readonly Talk[]): Promise<void> {
  for (const talk of talks) t.same(essence(await storedOf(desk, talk)), essence(await talk.clocks()))
}

export const walked = async (desk: Desk): Promise<number[]> => {
  const done: number[] = []
  for (let each; (each = await applyPromises(desk.app.services, few)) > 0;) done.push(each)
  return done
}

export const progress = async ({ w }: Desk): Promise<any> => (await w.get('/v1/standards/publicationProgress')).body
export const events = async ({ w }: Desk, type: string): Promise<any[]> => (await w.get(`/v1/events?type=${type}&limit=100`)).body.data
export const over = { pending: false, since: null, askedAt: null, done: 0 }

/** A connection of one's own, to hold something on. */
export async function client (t: Test, { app }: Desk): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: app.services.database.url })
  await made.connect()
  t.teardown(() => made.end())
  return made
}
