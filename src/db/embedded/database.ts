import type pg from 'pg'

export const database = 'supportops'

/** Created by somebody else at the same time: as an answer (duplicate …), or as the index's (unique_violation). */
const alreadyThere = ['42P04', '42710', '23505']

/**
 * The product's own database and the role that owns it. The role is no superuser: what works here works on a hosted
 * Postgres too, and a mistake in the product does not reach the machine.
 */
export async function ensureDatabase (client: pg.Client, password: string): Promise<void> {
  const found = await client.query('select 1 from pg_database where datname = $1', [database])
  if (found.rowCount) return
  await create(client, `create role ${database} login createdb password ${client.escapeLiteral(password)}`)
  await create(client, `create database ${database} owner ${database}`)
}

async function create (client: pg.Client, statement: string): Promise<void> {
  await client.query(statement).catch((error) => {
    if (!alreadyThere.includes(error.code)) throw error
  })
}
