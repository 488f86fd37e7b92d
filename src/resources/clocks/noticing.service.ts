import { systemContext, transact, type Services } from '../../context.js'
import { clocksDue, holdDue, updateKept } from '../conversations/due.service.js'
import { readBehind } from '../conversations/facts.service.js'
import { shareMaking } from '../promises.js'
import { clockWrites, differs, keepClocks } from './keeping.js'
import { promisesOf } from './promises.js'

const batch = 100

/**
 * Notices what time alone changed: warnings, deadlines, the ends of snoozes. Whatever fell due while nobody looked is
 * recorded once, at its own instant; two workers at once record none twice. Never touches the conversation itself. One that
 * fails keeps no other waiting. Answers how many conversations it computed; throws when it could compute none.
 */
export async function noticeClocks (services: Services, now: number): Promise<number> {
  const due = await clocksDue(services.database.read, new Date(now).toISOString(), batch)
  let done = 0
  const failures: unknown[] = []
  for (const { workspaceId, id, asked } of due) {
    try {
      if (await notice(services, workspaceId, id, now, asked)) done++
    } catch (error) {
      services.log.error({ err: error, conversationId: id }, 'the clocks of a conversation could not be computed')
      failures.push(error)
    }
  }
  if (failures.length && !done) throw failures[0]
  return done
}

/** One that was asked for may be so for what is being published: that is waited for first, while nothing is held. */
async function notice (services: Services, workspaceId: string, id: string, now: number, asked: boolean): Promise<boolean> {
  return transact(systemContext(services, workspaceId, [], 'clocks'), async ctx => {
    const [, row, { revision, pending, facts, clocks }] = await Promise.all([
      asked ? shareMaking(ctx.db, workspaceId) : null,
      holdDue(ctx.db, workspaceId, id, new Date(now).toISOString()),
      readBehind(ctx.db, workspaceId, id, false)
    ])
    if (!row) return false
    const promises = await promisesOf(ctx, Promise.resolve(revision))
    const keeping = keepClocks(ctx, id, facts!, promises ?? { standards: [], calendars: new Map() }, clocks!)
    await Promise.all([updateKept(ctx.db, workspaceId, id, keeping.kept, (asked || pending) && differs(keeping)), ...clockWrites(ctx, keeping)])
    return true
  })
}
