import fc from 'fast-check'
import t from 'tap'
import { systemContext, transact } from '../../../src/context.js'
import { applyPromises } from '../../../src/resources/clocks/applying.service.js'
import { noticeClocks } from '../../../src/resources/clocks/noticing.service.js'
import { replyToConversation } from '../../../src/resources/conversations/replying.service.js'
import { Reply } from '../../../src/resources/conversations/verb.shapes.js'
import { all, client, essence, events, exact, few, made, over, progress, storedOf, walked } from '../../support/applying.js'
import { at, clockCases, target, weekly, type Desk, type Talk } from '../../support/clock-case.js'

const test = await clockCases(t)

test('whoever writes a conversation meanwhile computes all of its clocks, and the worker has nothing to add', '10:00', async (t, desk) => {
  const talks = await made(desk, 4)
  await talks[3]!.status('-2 09:30', 'resolved')
  const care = await desk.promise([target('assignment', '1h')], { from: '-9 00:00' })
  await walked(desk)
  await desk.change(care.id, { targets: [target('assignment', '3h'), ...all] }, { from: '-8 00:00', apply: 'reapply' })
  await talks[0]!.reply('09:50')
  await talks[1]!.says('09:50')
  await talks[2]!.status('-1 09:50', 'resolved')
  await talks[3]!.status('09:50', 'open')
  const stored = await Promise.all(talks.map(async talk => essence(await storedOf(desk, talk))))
  t.same(stored.map(clocks => [...new Set(clocks.map(({ target }) => target))].toSorted()), talks.map(() => ['assignment', 'firstReply', 'firstResolution']))
  await exact(t, desk, talks)
  const told = async () => (await desk.w.get('/v1/events?limit=100')).body.data.map(({ id }: { id: string }) => id)
  const before = await told()
  await desk.w.runDue()
  t.same(await told(), before)
  t.same(await Promise.all(talks.map(async talk => essence(await storedOf(desk, talk)))), stored)
})

test('what somebody holds is passed over, come back to, and computed as they left it', '10:00', async (t, desk) => {
  const care = await desk.promise([target('firstReply', '1h')], { from: '-9 00:00' })
  const talks = await made(desk, 8)
  await desk.w.runDue()
  const holder = await client(t, desk)
  await holder.query('begin')
  await holder.query('select 1 from conversations where id = any($1) for no key update', [[talks[2]!.id, talks[6]!.id]])
  await desk.change(care.id, { targets: [target('firstReply', '2h')] }, { from: '-8 00:00', apply: 'reapply' })
  await walked(desk)
  t.match(await progress(desk), { pending: true, done: 6 }, 'it was published, and the others computed, while two were held')
  t.match((await storedOf(desk, talks[2]!))[0], { targetSeconds: 3600 })
  // As one would who began before the publication: it leaves the conversation out of what is asked for.
  await holder.query('update conversations set resolved_at = $2, last_activity_at = $2, status = \'closed\' where id = $1', [talks[2]!.id, at('-30 09:00')])
  await holder.query('delete from clocks where conversation_id = $1', [talks[2]!.id])
  await holder.query('commit')
  t.same(await walked(desk), [2])
  t.same(await progress(desk), over)
  await exact(t, desk, talks)
  t.match((await storedOf(desk, talks[2]!))[0], { targetSeconds: 7200 })
})

test('whoever began to write before a publication does not hold it up, and loses nothing by it', '10:00', async (t, desk) => {
  const care = await desk.promise([target('firstReply', '1h')], { from: '-9 00:00' })
  const talks = await made(desk, 4)
  await desk.w.runDue()
  await desk.w.patch(`/v1/standards/${care.id}`, { targets: [...all, target('totalResolution', '4h')] })
  let [written, commit] = [() => {}, () => {}]
  const isWritten = new Promise<void>(resolve => { written = resolve })
  const mayCommit = new Promise<void>(resolve => { commit = resolve })
  // Under what was promised before, and not committed yet: an answer touches the targets of replies alone.
  const writing = transact(systemContext(desk.app.services, desk.w.workspaceId, ['conversations:write']), async ctx => {
    await replyToConversation(ctx, talks[1]!.id, Reply.parse({ text: 'Soon.' }))
    written()
    await mayCommit
  })
  await isWritten
  await desk.send(`/v1/standards/${care.id}/publish`, { occurredAt: at('-8 00:00'), apply: 'reapply' })
  await walked(desk)
  t.match(await progress(desk), { pending: true, done: 3 })
  t.equal(await applyPromises(desk.app.services, few), 0, 'nobody turns round and round while it is held')
  commit()
  await writing
  await desk.w.runDue()
  t.same(await progress(desk), over)
  await exact(t, desk, talks)
  t.equal((await storedOf(desk, talks[1]!)).length, 3)
})

test('deadlines are noticed while a publication is being applied', '10:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')], { from: '-9 00:00' })
  await Promise.all(['09:10', '09:20', '09:30'].map(time => desk.asked(time)))
  await desk.w.runDue()
  await desk.promise([target('firstResolution', '9h')], { from: '-9 00:00', condition: { field: 'priority', in: ['urgent'] } })
  desk.now('10:25')
  t.equal(await noticeClocks(desk.app.services, desk.app.clock.now), 2)
  t.same((await events(desk, 'clock.breached')).map(({ occurredAt }) => occurredAt).toSorted(), [at('10:10'), at('10:20')])
  t.match(await progress(desk), { pending: true, done: 0 })
})

interface Publish { kind: 'publish', from: string, length: string, apply: string, urgent: boolean }
interface Hours { kind: 'hours', from: string, open: string }
interface Write { kind: 'reply' | 'says' | 'resolve' | 'open' | 'urgent', talk: number, when: string }
interface Work { kind: 'walk' | 'notice' | 'archive' }
type Step = Publish | Hours | Write | Work
const one = <T extends string>(...of: T[]): fc.Arbitrary<T> => fc.constantFrom(...of)
const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(
  fc.record({ kind: one('publish'), from: one('-9 00:00', '-1 12:00', '09:59'), length: one('10m', '2h', '30h'), apply: one('keep', 'reapply'), urgent: fc.boolean() }),
  fc.record({ kind: one('hours'), from: one('-70 00:00', '-2 00:00', '09:58', '+1 00:00'), open: one('06:00-20:00', '10:00-11:00') }),
  { weight: 3, arbitrary: fc.record({ kind: one('reply', 'says', 'resolve', 'open', 'urgent'), talk: fc.nat(4), when: one('10:00', '10:00', '-1 10:00') }) },
  { weight: 2, arbitrary: fc.record({ kind: one('walk', 'walk', 'walk', 'notice', 'archive') }) }
), { minLength: 8, maxLength: 24 })

async function publish (desk: Desk, calendar: string, { from, length, apply, urgent }: Publish): Promise<string> {
  const { id } = await desk.send('/v1/standards', {
    name: `Random ${Math.random()}`, targets: ['firstReply', 'nextReply', 'totalResolution'].map(kind => target(kind, length, kind === 'nextReply' ? {} : { calendar })),
    ...(urgent ? { condition: { field: 'priority', in: ['urgent'] } } : { default: true })
  })
  await desk.send(`/v1/standards/${id}/publish`, { occurredAt: at(from), apply })
  return id
}

async function write (talk: Talk, { kind, when }: Write): Promise<void> {
  if (kind === 'reply') await talk.reply(when)
  else if (kind === 'says') await talk.says(when)
  else if (kind === 'urgent') await talk.priority(when, 'urgent')
  else await talk.status(when, kind === 'open' ? 'open' : 'resolved')
}

test('whatever is published, written and walked in whichever order, what is stored is exact in the end', '10:00', async (t, desk) => {
  const { services } = desk.app
  await fc.assert(fc.asyncProperty(steps, async list => {
    const [talks, calendar, published] = [await made(desk, 5), await desk.calendar('08:00-18:00'), [] as string[]]
    const does = {
      publish: async (step: Publish) => published.push(await publish(desk, calendar, step)),
      hours: ({ from, open }: Hours) => desk.w.post(`/v1/calendars/${calendar}/versions`, { effectiveFrom: at(from), timeZone: 'UTC', weekly: weekly(open) }),
      archive: () => published.length ? desk.w.post(`/v1/standards/${published.pop()!}/archive`, {}) : null,
      walk: () => applyPromises(services, { limit: 2, stretch: 3 }),
      notice: () => noticeClocks(services, desk.app.clock.now)
    }
    for (const step of list) await ('talk' in step ? write(talks[step.talk]!, step) : does[step.kind](step as never))
    await desk.w.runDue()
    await exact(t, desk, talks)
  }), { numRuns: 12 })
})
