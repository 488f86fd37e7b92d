import fc from 'fast-check'
import t from 'tap'
import { systemContext, transact } from '../../../src/context.js'
import { applyPromises } from '../../../src/resources/clocks/applying.service.js'
import { noticeClocks } from '../../../src/resources/clocks/noticing.service.js'
import { replyToConversation } from '../../../src/resources/conversations/replying.service.js'
import { Reply } from '../../../src/resources/conversations/verb.shapes.js'
import { all, client, essence, events, exact, few, made, over, progress, storedOf, walked } from '../../support/applying.js'
import { at, clockCases, target } from '../../support/clock-case.js'

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
interface Write { kind: 'reply' | 'says' | 'resolve' | 'open' | 'urgent', talk: number }
interface Work { kind: 'walk' | 'notice' }
type Step = Publish | Write | Work
const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(
  fc.record({
    kind: fc.constant('publish' as const), from: fc.constantFrom('-9 00:00', '-1 12:00', '09:59'), length: fc.constantFrom('10m', '2h', '30h'),
    apply: fc.constantFrom('keep', 'reapply'), urgent: fc.boolean()
  }),
  fc.record({ kind: fc.constantFrom('reply' as const, 'says' as const, 'resolve' as const, 'open' as const, 'urgent' as const), talk: fc.nat(4) }),
  fc.record({ kind: fc.constantFrom('walk' as const, 'walk' as const, 'notice' as const) })
), { minLength: 6, maxLength: 16 })

test('whatever is published, written and walked in whichever order, what is stored is exact in the end', '10:00', async (t, desk) => {
  const { services } = desk.app
  await fc.assert(fc.asyncProperty(steps, async list => {
    const talks = await made(desk, 5)
    for (const step of list) {
      if (step.kind === 'publish') {
        const { from, length, apply, urgent } = step
        const { id } = await desk.send('/v1/standards', {
          name: `Random ${Math.random()}`, targets: ['firstReply', 'nextReply', 'totalResolution'].map(kind => target(kind, length)),
          ...(urgent ? { condition: { field: 'priority', in: ['urgent'] } } : { default: true })
        })
        await desk.send(`/v1/standards/${id}/publish`, { occurredAt: at(from), apply })
      } else if (step.kind === 'walk') await applyPromises(services, { limit: 2, stretch: 3 })
      else if (step.kind === 'notice') await noticeClocks(services, desk.app.clock.now)
      else {
        const talk = talks[(step as Write).talk]!
        if (step.kind === 'reply') await talk.reply('10:00')
        else if (step.kind === 'says') await talk.says('10:00')
        else if (step.kind === 'urgent') await talk.priority('10:00', 'urgent')
        else await talk.status('10:00', step.kind === 'open' ? 'open' : 'resolved')
      }
    }
    await desk.w.runDue()
    await exact(t, desk, talks)
  }), { numRuns: 8 })
})
