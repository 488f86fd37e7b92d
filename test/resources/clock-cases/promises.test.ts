import t from 'tap'
import { at, clockCases, said, target, weekly } from '../../support/clock-case.js'

const test = await clockCases(t)
const of = (tagId: string): object => ({ field: 'tag', in: [tagId] })

test("today's priority applied to the past", '11:10', async (t, desk) => {
  await desk.promise([target('firstReply', { low: '8h', normal: '4h', urgent: '1h' })])
  const talk = await desk.asked('09:00')
  await talk.priority('11:00', 'urgent')
  t.match(await talk.clock(), { startedAt: at('09:00'), dueAt: at('11:00'), state: 'overdue', targetSeconds: 3600 }, 'due at the change, never earlier')
  t.match(await talk.clock('10:59'), { state: 'running', dueAt: at('13:00'), targetSeconds: 14_400 })
  t.same(await talk.told(), ['started 09:00', 'breached 11:00', 'targetChanged 11:00'])
  const answered = await desk.asked('09:00')
  await answered.reply('09:30')
  await answered.priority('11:00', 'urgent')
  t.match(await answered.clock(), { state: 'met', dueAt: at('13:00'), targetSeconds: 14_400 }, 'a finished clock hears of nothing')
  const fallen = await desk.asked('09:00', { priority: 'urgent' })
  await fallen.priority('11:00', 'low')
  t.match(await fallen.clock(), { state: 'overdue', dueAt: at('10:00') }, 'one that has fallen due keeps its time, noticed or not')
})

test('old target surviving a change of standard', '10:30', async (t, desk) => {
  const vip = await desk.tag('vip')
  const strict = await desk.promise([target('firstReply', '1h')], { condition: of(vip) })
  const care = await desk.promise([target('firstReply', '4h'), target('firstResolution', '8h')])
  const talk = await desk.asked('09:00')
  await talk.tag('09:30', vip)
  const seen = async (asOf?: string) => (await talk.clocks(asOf)).map(clock => [clock.target, clock.ordinal, clock.standardId, clock.state, clock.endedBy, said(clock.dueAt)])
  t.same(await seen('09:40'), [['firstReply', 1, strict.id, 'running', null, '10:00'], ['firstResolution', 1, care.id, 'cancelled', 'standardChanged', '17:00']])
  await talk.untag('09:45', vip)
  t.same(await seen(), [
    ['firstReply', 1, care.id, 'running', null, '13:00'], ['firstResolution', 1, care.id, 'cancelled', 'standardChanged', '17:00'], ['firstResolution', 2, care.id, 'running', null, '17:00']
  ])
  t.same((await talk.told()).filter(text => !text.startsWith('started')), ['cancelled 09:30', 'targetChanged 09:30', 'targetChanged 09:45'])
})

test('the last calendar winning for the whole duration', '16:30', async (t, desk) => {
  const vip = await desk.tag('vip')
  await desk.promise([target('firstReply', '4h', { calendar: await desk.calendar('17:00-22:00') })], { condition: of(vip) })
  await desk.promise([target('firstReply', '4h', { calendar: await desk.calendar('09:00-17:00') })])
  const talk = await desk.asked('15:00')
  await talk.tag('16:00', vip)
  t.match(await talk.clock(), { consumedSeconds: 3600, remainingSeconds: 10_800, dueAt: at('20:00') })
  desk.now('20:00')
  await talk.reply('20:00')
  t.match(await talk.clock(), { state: 'met', consumedSeconds: 14_400 })
})

test('archived standard leaving a conversation escalated', '09:30', async (t, desk) => {
  const vip = await desk.tag('vip')
  const strict = await desk.promise([target('firstReply', '1h')], { condition: of(vip) })
  const care = await desk.promise([target('firstReply', '4h')], { condition: { field: 'priority', in: ['normal'] } })
  const [normal, low] = [await desk.asked('09:00', { tagIds: [vip] }), await desk.asked('09:00', { tagIds: [vip], priority: 'low' })]
  await desk.send(`/v1/standards/${strict.id}/archive`, {})
  await desk.w.runDue()
  t.match(await normal.clock(), { state: 'running', standardId: care.id, dueAt: at('13:00') }, 'the next match takes over')
  t.match(await low.clock(), { state: 'cancelled', endedBy: 'archived', endedAt: at('09:30'), endedByActor: null })
  desk.now('12:00')
  await desk.w.runDue()
  t.same((await desk.w.get('/v1/conversations?overdue=true')).body.data, [])
  t.same(await normal.told(), ['started 09:00', 'targetChanged 09:30'])
  t.same(await low.told(), ['started 09:00', 'cancelled 09:30'])
})

test('archiving reaches what stands still because it is resolved', '09:30', async (t, desk) => {
  const standard = await desk.promise([target('periodicUpdate', '4h')])
  const talk = await desk.asked('09:00')
  await talk.status('09:20', 'resolved')
  t.match(await talk.clock(), { state: 'paused', consumedSeconds: 1200 })
  desk.now('12:00')
  await desk.send(`/v1/standards/${standard.id}/archive`, {})
  await desk.w.runDue()
  t.same(await talk.told(), ['started 09:00', 'paused 09:20', 'cancelled 12:00'])
})

test('blank condition catching everything', '09:30', async (t, desk) => {
  const blank = async (condition: unknown) => (await desk.w.post('/v1/standards', { name: 'Blank', condition, targets: [target('firstReply', '1h')] })).status
  for (const condition of [null, { and: [] }, { or: [] }, { field: 'tag' }, { not: { and: [] } }]) t.equal(await blank(condition), 422)
  t.equal((await desk.w.get('/v1/standards?count=true')).body.page.total, 0)
  const fallback = await desk.promise([target('firstReply', '2h')])
  const urgent = await desk.promise([target('firstReply', '1h')], { condition: { field: 'priority', in: ['urgent'] } })
  t.match(await (await desk.asked('09:00', { priority: 'urgent' })).clock(), { standardId: urgent.id }, 'the default comes last, though it was made first')
  t.match(await (await desk.asked('09:00')).clock(), { standardId: fallback.id })
})

test('recomputing bumps updatedAt or fires rules', '09:10', async (t, desk) => {
  const standard = await desk.promise([target('firstReply', '1h', { warnAt: { share: 0.5 } })])
  const talk = await desk.asked('09:00')
  const before = await talk.shown()
  const events = async () => (await desk.w.get(`/v1/events?conversationId=${talk.id}&limit=100`)).body.data.map((event: any) => event.type).filter((type: string) => !type.startsWith('clock.'))
  const earlier = await events()
  desk.now('11:00')
  await desk.w.runDue()
  await desk.change(standard.id, { targets: [target('firstReply', '3h')] }, { from: '11:00', apply: 'reapply' })
  await desk.w.runDue()
  t.match(await talk.clock(), { state: 'overdue', dueAt: at('10:00') })
  t.match(await talk.shown(), { updatedAt: before.updatedAt, version: before.version, lastActivityAt: before.lastActivityAt })
  t.same(await events(), earlier)
})

test('a version published with keep leaves open clocks theirs, one with reapply does not', '12:40', async (t, desk) => {
  const targets = (length: string) => ({ targets: [target('firstReply', length), target('nextReply', length)] })
  for (const [apply, first] of [['keep', '13:00'], ['reapply', '10:00']] as const) {
    const condition = of(await desk.tag(apply))
    const standard = await desk.promise(targets('4h').targets, { condition })
    const talk = await desk.asked('09:00', { tagIds: [(condition as { in: string[] }).in[0]] })
    await desk.change(standard.id, targets('1h'), { from: '09:30', apply })
    await talk.reply('12:00')
    await talk.says('12:30')
    t.same((await talk.clocks()).map(clock => [clock.target, clock.standardVersion, said(clock.dueAt)]),
      [['firstReply', apply === 'keep' ? 1 : 2, first], ['nextReply', 2, '13:30']])
  }
})

test('a version published as of the past is applied to what happened since', '12:00', async (t, desk) => {
  const early = await desk.asked('09:00')
  await early.reply('11:00')
  await early.status('11:30', 'resolved')
  const open = await desk.asked('09:30')
  const done = await desk.asked('-2 09:00')
  await done.reply('-2 10:00')
  await done.status('-2 10:00', 'resolved')
  t.same(await open.clocks(), [])
  const standard = await desk.promise([target('firstReply', '1h'), target('firstResolution', '2h')], { from: '-1 00:00' })
  await desk.w.runDue()
  const seen = async (talk: typeof open) => (await talk.clocks()).map(clock => [clock.target, clock.state, said(clock.dueAt), said(clock.endedAt)])
  t.same(await seen(early), [['firstReply', 'breached', '10:00', '11:00'], ['firstResolution', 'breached', '11:00', '11:30']])
  t.same(await early.told(), ['started 09:00', 'started 09:00', 'breached 10:00', 'breached 11:00', 'fulfilled 11:00', 'fulfilled 11:30'])
  t.same(await seen(open), [['firstReply', 'overdue', '10:30', null], ['firstResolution', 'overdue', '11:30', null]])
  t.same(await seen(done), [], 'what was over before it applied hears of nothing')
  t.same(await done.told(), [])
  const listed = (await desk.w.get(`/v1/clocks?filter={"standardId":{"eq":"${standard.id}"}}&sort=startedAtDesc`)).body.data
  t.same(listed.map((clock: any) => clock.state).toSorted(), ['breached', 'breached', 'overdue', 'overdue'])
})

test('a calendar that is put right for the past counts again what was counted since', '+1 12:00', async (t, desk) => {
  const calendar = await desk.calendar('09:00-17:00')
  await desk.promise([target('firstReply', '4h', { calendar })])
  const [answered, open] = [await desk.asked('15:00'), await desk.asked('16:00')]
  await answered.reply('+1 12:00')
  await answered.status('+1 12:00', 'resolved')
  t.match(await answered.clock(), { state: 'breached', dueAt: at('+1 11:00') })
  const hours = { timeZone: 'UTC', weekly: weekly('09:00-17:00'), holidays: [{ date: '2026-03-03', name: 'Founders Day' }] }
  await desk.send(`/v1/calendars/${calendar}/versions`, { ...hours, effectiveFrom: at('00:00') })
  await desk.w.runDue()
  t.match(await answered.clock(), { state: 'met', dueAt: at('+2 11:00'), consumedSeconds: 7200 })
  t.same(await answered.told(), ['started 15:00', 'fulfilled +1 12:00'])
  t.match((await desk.w.get(`/v1/clocks?filter={"conversationId":{"eq":"${open.id}"}}`)).body.data, [{ state: 'running', dueAt: at('+2 12:00') }])
})

test('a version of a calendar that comes before all others counts also what was before it', '12:00', async (t, desk) => {
  const calendar = await desk.calendar('09:00-17:00', { effectiveFrom: at('-1 00:00') })
  await desk.promise([target('firstReply', '2h', { calendar })], { from: '-30 00:00' })
  const talk = await desk.asked('-7 10:00')
  await talk.reply('-7 15:00')
  await talk.status('-7 15:00', 'resolved')
  t.match(await talk.clock(), { state: 'breached', dueAt: at('-7 12:00') })
  await desk.send(`/v1/calendars/${calendar}/versions`, { timeZone: 'UTC', weekly: weekly('14:00-17:00'), effectiveFrom: at('-3 00:00') })
  await desk.w.runDue()
  t.match(await talk.clock(), { state: 'met', dueAt: at('-7 16:00') }, 'the earliest version is also in force before it takes effect')
  t.same(await talk.told(), ['started -7 10:00', 'fulfilled -7 15:00'])
})

test('a fact learned late turns overdue into met, and says what it corrects', '12:00', async (t, desk) => {
  await desk.promise([target('firstReply', '1h')])
  const talk = await desk.asked('09:00')
  await desk.w.runDue()
  t.same(await talk.told(), ['started 09:00', 'breached 10:00'])
  await talk.reply('09:50')
  t.match(await talk.clock(), { state: 'met', endedAt: at('09:50') })
  t.same(await talk.told(), ['started 09:00', 'fulfilled 09:50'])
  t.match(await talk.shown(), { nextDueAt: null })
})

test('a standard archived as of the past is out of force since then', '12:00', async (t, desk) => {
  const vip = await desk.tag('vip')
  const strict = await desk.promise([target('firstReply', '1h')], { condition: of(vip), from: '08:00' })
  const care = await desk.promise([target('firstReply', '4h')])
  const talk = await desk.asked('09:00', { tagIds: [vip] })
  desk.now('12:01')
  await desk.w.runDue()
  t.same(await talk.told(), ['started 09:00', 'breached 10:00'])
  const path = `/v1/standards/${strict.id}/archive`
  const refused = async (w: Pick<typeof desk.w, 'post'>, occurredAt: string) => {
    const { status, body } = await w.post(path, { occurredAt })
    return [status, body.code, body.errors?.[0]?.path]
  }
  t.same(await refused(desk.w, at('12:02')), [422, 'invalid', 'occurredAt'])
  t.same(await refused(desk.w, at('07:59')), [422, 'invalid', 'occurredAt'], 'not before it was published')
  t.same((await refused(await desk.w.withScopes(['standards:write']), at('09:30'))).slice(0, 2), [403, 'forbidden'])
  t.match(await talk.clock(), { standardId: strict.id, state: 'overdue' }, 'a refusal changes nothing')
  const { data, errors } = await desk.w.graphql('mutation ($id: ID!, $input: ArchiveStandard) { archiveStandard(id: $id, input: $input) { state archivedAt } }', { id: strict.id, input: { occurredAt: at('09:30') } })
  t.same([errors, data], [undefined, { archiveStandard: { state: 'archived', archivedAt: at('09:30') } }])
  await desk.w.runDue()
  t.match(await talk.clock(), { standardId: care.id, state: 'running', dueAt: at('13:00') })
  t.match(await talk.clock('09:20'), { standardId: strict.id, dueAt: at('10:00') })
  t.same(await talk.told(), ['started 09:00', 'targetChanged 09:30'], 'the breach is taken back')
  t.match((await desk.w.get('/v1/events?type=standard.archived')).body.data, [{ occurredAt: at('09:30'), recordedAt: at('12:01') }])
})
