import t from 'tap'
import { recorded, type Statement } from '../../../bench/capture.js'
import { systemContext } from '../../../src/context.js'
import { applyPromises } from '../../../src/resources/clocks/applying.service.js'
import { noticeClocks } from '../../../src/resources/clocks/noticing.service.js'
import { pendingSince } from '../../../src/resources/promises.js'
import { publishStandard } from '../../../src/resources/standards/publishing.service.js'
import { all, client, events, exact, few, made, over, progress, query, rowsOf, storedOf, walked } from '../../support/applying.js'
import { at, clockCases, target, type Talk } from '../../support/clock-case.js'
import { Died, mortal } from '../../support/mortal.js'

const test = await clockCases(t)

test('a publication as of the past is one row, however many conversations there are', '10:00', async (t, desk) => {
  const publish = async (): Promise<number> => {
    const { id } = await desk.send('/v1/standards', { name: `All ${Math.random()}`, condition: { field: 'priority', in: ['urgent'] }, targets: all })
    const statements: Statement[] = []
    const ctx = systemContext(recorded(desk.app.services, statements), desk.w.workspaceId, ['standards:write', 'history:write'])
    await publishStandard(ctx, id, { apply: 'reapply', occurredAt: at('-30 00:00') })
    return statements.length
  }
  await publish()
  const talks = await made(desk, 3)
  await walked(desk)
  const ofThree = await publish()
  talks.push(...await made(desk, 15))
  await walked(desk)
  const before = await rowsOf(desk)
  t.equal(await publish(), ofThree)
  t.same(await rowsOf(desk), before, 'no conversation was written')
  t.equal((await query(desk, 'select 1 from clock_askings where workspace_id = $1', [desk.w.workspaceId])).length, 1)
  t.same(await walked(desk), [3, 3, 3, 3, 3, 3, 1])
  t.same(await rowsOf(desk), before, 'nor by the worker, since nothing is other than it was')
})

test('how far it has come is told on both faces, and of nobody else\'s workspace', '10:00', async (t, desk) => {
  const { db } = { db: desk.app.services.database.read }
  const other = await desk.app.workspace()
  t.same(await progress(desk), over)
  const talks = await made(desk, 7)
  await desk.promise(all, { from: '-9 00:00' })
  t.match(await progress(desk), { pending: true, since: at('-9 00:00'), askedAt: String, done: 0 })
  t.type(await pendingSince(db, desk.w.workspaceId), 'string')
  t.equal(await applyPromises(desk.app.services, few), 3)
  const { data } = await desk.w.graphql('{ publicationProgress { pending since askedAt done } }')
  t.match(data.publicationProgress, { pending: true, since: at('-9 00:00'), done: 3 })
  t.same(data.publicationProgress, await progress(desk))
  t.same((await other.get('/v1/standards/publicationProgress')).body, over)
  t.equal((await (await desk.w.withScopes(['tags:read'])).get('/v1/standards/publicationProgress')).status, 403)
  await walked(desk)
  t.same(await progress(desk), over)
  t.equal(await pendingSince(db, desk.w.workspaceId), null)
  await exact(t, desk, talks)
  t.equal((await storedOf(desk, talks[0]!)).length, 2)
})

test('only what changes is written, and metrics keep nothing of what did', '10:00', async (t, desk) => {
  const vip = await desk.tag('vip')
  const care = await desk.promise([target('firstReply', '1h')], { from: '-9 00:00' })
  const talks = await made(desk, 8)
  await talks[5]!.tag('-2 09:30', vip)
  await desk.w.runDue()
  await query(desk, 'update conversations set metrics_kept = true where workspace_id = $1', [desk.w.workspaceId])
  const [before, clocks] = [await rowsOf(desk), await query<{ id: string }>(desk, 'select xmin::text as by, * from clocks where workspace_id = $1 order by id', [desk.w.workspaceId])]
  await desk.promise([target('firstReply', '2h')], { from: '-8 00:00', condition: { field: 'tag', in: [vip] } })
  await desk.send('/v1/standards/reorder', { ids: (await desk.w.get('/v1/standards')).body.data.map(({ id }: { id: string }) => id).toSorted((a: string) => a === care.id ? 1 : -1) })
  await walked(desk)
  const after = await rowsOf(desk)
  const others = (list: Array<{ id: string }>) => list.filter(({ id }) => id !== talks[5]!.id)
  t.same(others(after), others(before))
  t.match(after.find(({ id }) => id === talks[5]!.id), { metrics_kept: false, clocks_asked: false })
  const written = await query<{ id: string, conversation_id: string }>(desk, 'select xmin::text as by, * from clocks where workspace_id = $1 order by id', [desk.w.workspaceId])
  t.same(written.filter(({ conversation_id: id }) => id !== talks[5]!.id), clocks.filter(({ id }) => written.find(each => each.id === id)?.conversation_id !== talks[5]!.id))
  await exact(t, desk, talks)
})

test('a worker that dies at any step of the walk is gone on from', '10:00', async (t, desk) => {
  const talks = await made(desk, 20)
  await desk.promise(all, { from: '-9 00:00' })
  let deaths = 0
  for (let step = 0; step < 14; step++) {
    for (const when of ['before', 'after'] as const) {
      const died = await applyPromises(mortal(desk.app.services, { step, when }), few).then(() => null, error => error)
      t.ok(died === null || died instanceof Died, `dies ${when} step ${step}`)
      if (died) deaths++
    }
  }
  t.ok(deaths >= 16, `dies at many steps: ${deaths}`)
  t.ok((await progress(desk)).done < talks.length, 'most of them before anything was done')
  await walked(desk)
  t.same(await progress(desk), over)
  await exact(t, desk, talks)
  t.equal((await events(desk, 'clock.started')).length, 40)
  t.equal((await events(desk, 'clock.breached')).length, 40)
  t.equal((await events(desk, 'clock.corrected')).length, 0)
  t.same((await query<{ version: number }>(desk, 'select distinct version from clocks where workspace_id = $1', [desk.w.workspaceId])).map(({ version }) => version), [1])
})

test('two workers at once compute no conversation twice', '10:00', async (t, desk) => {
  const talks = await made(desk, 20)
  await desk.promise(all, { from: '-9 00:00' })
  const done = await Promise.all([walked(desk), walked(desk), walked(desk)])
  await walked(desk)
  t.equal(done.flat().reduce((sum, each) => sum + each, 0) <= talks.length, true)
  await exact(t, desk, talks)
  t.equal((await events(desk, 'clock.started')).length, 40)
  t.same((await query<{ version: number }>(desk, 'select distinct version from clocks where workspace_id = $1', [desk.w.workspaceId])).map(({ version }) => version), [1])
})

test('what is published on the way as of later follows; as of as early, it starts over', '10:00', async (t, desk) => {
  const talks = await made(desk, 8)
  const care = await desk.promise([target('firstReply', '3h')], { from: '-9 00:00' })
  await desk.change(care.id, { targets: [target('firstReply', '2h')] }, { from: '-8 00:00', apply: 'reapply' })
  t.match(await progress(desk), { since: at('-9 00:00'), done: 0 }, 'a walk that has not begun will do for both')
  await applyPromises(desk.app.services, few)
  await desk.change(care.id, { targets: [target('firstReply', '1h')] }, { from: '-7 00:00', apply: 'reapply' })
  await desk.change(care.id, { targets: [target('firstReply', '30m')] }, { from: '-6 00:00', apply: 'reapply' })
  t.match(await progress(desk), { since: at('-9 00:00'), done: 3 })
  t.same(await walked(desk), [3, 2, 3, 3, 2], 'the rest, and then all of them')
  await exact(t, desk, talks)
  t.match((await storedOf(desk, talks[7]!))[0], { targetSeconds: 1800 })

  await desk.change(care.id, { targets: [target('firstReply', '4h')] }, { from: '-5 00:00', apply: 'reapply' })
  await applyPromises(desk.app.services, few)
  await desk.change(care.id, { targets: [target('firstReply', '5h')] }, { from: '-4 00:00', apply: 'reapply' })
  t.match(await progress(desk), { since: at('-5 00:00'), done: 3 })
  await desk.promise([target('firstResolution', '9h')], { from: '-20 00:00', condition: { field: 'channelKind', in: ['chat'] } })
  t.match(await progress(desk), { since: at('-20 00:00'), done: 0 })
  t.same(await walked(desk), [3, 3, 2], 'once, for all three')
  await exact(t, desk, talks)
  t.same(await progress(desk), over)
})

test('a conversation that cannot be computed, or written, keeps no other waiting', '10:00', async (t, desk) => {
  const talks = await made(desk, 8)
  const admin = await client(t, desk)
  await admin.query(`alter table clocks add constraint refused check (conversation_id <> '${talks[4]!.id}')`)
  await query(desk, 'update conversation_facts set conversation_id = $2 where conversation_id = $1 and kind = \'created\'', [talks[1]!.id, talks[0]!.id])
  await desk.promise(all, { from: '-9 00:00' })
  await walked(desk)
  t.same(await progress(desk), over)
  await noticeClocks(desk.app.services, desk.app.clock.now)
  const others = talks.filter((_, index) => ![0, 1, 4].includes(index))
  await exact(t, desk, others)
  t.equal((await storedOf(desk, others[0]!)).length, 2)
  const asked = async () => (await query<{ id: string }>(desk, 'select id from conversations where workspace_id = $1 and clocks_asked', [desk.w.workspaceId])).map(({ id }) => id)
  t.ok((await asked()).includes(talks[4]!.id))
  await admin.query('alter table clocks drop constraint refused')
  await noticeClocks(desk.app.services, desk.app.clock.now)
  t.equal((await asked()).includes(talks[4]!.id), false)
  await exact(t, desk, [talks[4]!])
  await query(desk, 'update conversations set clocks_asked = false where workspace_id = $1', [desk.w.workspaceId])
})

test('it concerns what is not resolved, what happened or falls due since, and nothing that was over before', '10:00', async (t, desk) => {
  const ask = async (targets: object[], from: string): Promise<number> => {
    await desk.promise(targets, { from, condition: { field: 'priority', in: ['urgent'] } })
    const seen: number[] = []
    for (let done = 0, pending = true; pending; seen.push(done)) {
      await applyPromises(desk.app.services, { limit: 1, stretch: 1 })
      ;({ done, pending } = await progress(desk))
    }
    return Math.max(...seen)
  }
  const before = async (time: string, end?: string): Promise<Talk> => {
    const talk = await desk.asked(time)
    if (end) await talk.status(end, 'resolved')
    return talk
  }
  await before('-9 09:00', '-8 09:00')
  t.equal(await ask(all, '-5 00:00'), 0, 'one that was over before')
  const late = await before('-9 09:00', '-4 09:00')
  t.equal(await ask(all, '-5 00:00'), 1, 'one that was resolved since')
  const talks = [late, await before('-9 09:00')]
  t.equal(await ask(all, '-1 00:00'), 1, 'one that is open')
  const written = await before('-9 09:00', '-8 09:00')
  await written.reply('-3 09:00')
  t.equal(await ask(all, '-3 08:00'), 2, 'one to which something was written')
  await before('-9 09:00', '-8 09:00')
  await desk.promise([target('firstReply', '200h')], { from: '-10 00:00' })
  await walked(desk)
  t.equal(await ask([target('firstReply', '1h')], '-1 00:00'), 5, 'those whose deadline was still to come')
  await exact(t, desk, talks)
})
