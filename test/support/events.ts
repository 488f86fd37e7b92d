import { v7 } from 'uuid'
import type { Services } from '../../src/context.js'
import { rows, type Db } from '../../src/db/connection.js'
import { insertEvents } from '../../src/events/event.store.js'

/** Writes one event of the workspace in a transaction that the test holds; gives its id. */
export async function writeEvent (db: Db, workspaceId: string, type = 'thing.happened', about: { subjectId?: string, conversationId?: string } = {}): Promise<string> {
  const id = v7()
  const at = '2026-03-02T10:00:00.000Z'
  await insertEvents(db, [{
    workspaceId, id, type, occurredAt: at, recordedAt: at, actorKind: 'system', actorId: null, subjectType: 'thing',
    subjectId: about.subjectId ?? v7(), conversationId: about.conversationId ?? null, resource: { id }, changes: null, corrects: null, requestId: 'test'
  }])
  return id
}

/** Events of one committed transaction, as a process that runs `services` commits them. */
export async function commitEvents (services: Services, workspaceId: string, count: number, type?: string): Promise<string[]> {
  const { db, commit } = await services.database.begin()
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await writeEvent(db, workspaceId, type))
  await commit(() => [])
  services.committed(workspaceId)
  return ids
}

export const savepoint = (db: Db, sql: 'savepoint s' | 'rollback to savepoint s' | 'release savepoint s'): Promise<unknown> => rows(db, sql)
