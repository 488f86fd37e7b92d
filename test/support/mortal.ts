import { drizzle } from 'drizzle-orm/node-postgres'
import type { Services } from '../../src/context.js'
import type { Database, Db, Transaction } from '../../src/db/connection.js'

/** What a process throws at nobody: it is no more. */
export class Died extends Error {}

/**
 * The step of its work with the database, counted from 0, at which a process dies: before the step reaches the database, or
 * when it was done and nobody heard of it. A step is a statement, or a commit with what is sent along.
 */
export interface Death { step: number, when: 'before' | 'after' }

type Step = <T>(work: () => Promise<T>) => Promise<T>

/** Services of a process that dies: from then on it does nothing more, and the database rolls back what it had begun. */
export function mortal (services: Services, death: Death): Services {
  let [steps, dead] = [0, false]
  const die = (): never => { dead = true; throw new Died('The process is dead') }
  const step: Step = async work => {
    if (dead) die()
    const isLast = steps++ === death.step
    if (isLast && death.when === 'before') die()
    const done = await work()
    return isLast || dead ? die() : done
  }
  return { ...services, database: databaseOf(services.database, step) }
}

const databaseOf = (database: Database, step: Step): Database => ({
  ...database,
  read: dbOf(database.read, step),
  begin: async () => transactionOf(await database.begin(), step)
})

const dbOf = (db: Db, step: Step): Db => drizzle({
  client: { query: (config: never, values?: never) => step(() => db.$client.query(config, values)) } as never
}) as unknown as Db

const transactionOf = ({ db, commit, rollback }: Transaction, step: Step): Transaction => ({
  db: dbOf(db, step),
  commit: last => step(() => commit(() => last(db))),
  rollback
})
