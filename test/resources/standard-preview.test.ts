import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { startApp } from '../support/app.js'
import { factories } from '../support/factories.js'

const { workspace, services } = await startApp(t)
const at = (text: string) => `2026-11-${text}:00.000Z`
const day = [{ from: '09:00', to: '12:00' }, { from: '13:00', to: '17:00' }]
const office = { id: 'office', versions: [{ timeZone: 'UTC', weekly: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day }, holidays: [{ date: '2026-11-23', name: 'Founders Day' }] }] }
const firstReply = (seconds: number, more: object = {}) => ({ kind: 'firstReply', seconds: { normal: seconds }, basis: 'business', calendarId: 'office', ...more })
const care = (...targets: object[]) => ({ id: 'care', versions: [{ default: true, targets }] })
const asked = [{ kind: 'created', occurredAt: at('20T16:30') }, { kind: 'inbound', occurredAt: at('20T16:30') }]

t.test('a timeline and a standard in the request get clocks and segments, the same on both faces, and nothing is kept', async t => {
  const w = await workspace()
  const input = { now: at('24T12:30'), timeline: asked, standards: [care(firstReply(7200, { warnAt: { share: 0.5 } }))], calendars: [office] }
  const { status, body } = await w.post('/v1/standards/preview', input)
  t.equal(status, 200)
  const [{ events, segments, ...clock }] = body.clocks
  t.same([body.now, body.clocks.length], [at('24T12:30'), 1])
  t.same(clock, {
    target: 'firstReply', ordinal: 1, basis: 'business', calendarId: 'office', targetSeconds: 7200, startedAt: at('20T16:30'), openedAt: at('20T16:30'), dueAt: at('24T10:30'),
    consumedSeconds: 12_600, remainingSeconds: 0, state: 'overdue', endedAt: null, endedBy: null, nextChangeAt: null,
    rule: { standardId: 'care', versionNumber: 1, default: true, condition: null },
    sentence: 'The first reply is promised within 2 h of business time from 2026-11-20T16:30:00.000Z: 3 h 30 min are used up, and it is overdue, due at 2026-11-24T10:30:00.000Z.'
  })
  t.same(events.map(({ type, occurredAt, state }: Record<string, string>) => [type, occurredAt, state]), [
    ['clock.started', at('20T16:30'), 'running'], ['clock.atRisk', at('24T09:30'), 'atRisk'], ['clock.breached', at('24T10:30'), 'overdue']
  ])
  const over = '2026-11-24T10:30:00.001Z'
  t.same(segments.map((segment: Record<string, unknown>) => [segment.from, segment.to, segment.state, segment.reason, segment.exception, segment.countedSeconds]), [
    [at('20T16:30'), at('20T17:00'), 'running', 'counting', null, 1800], [at('20T17:00'), at('23T00:00'), 'running', 'closed', null, 0],
    [at('23T00:00'), at('24T00:00'), 'running', 'closed', 'Founders Day', 0], [at('24T00:00'), at('24T09:00'), 'running', 'closed', null, 0],
    [at('24T09:00'), at('24T09:30'), 'running', 'counting', null, 1800], [at('24T09:30'), over, 'atRisk', 'counting', null, 3600],
    [over, at('24T12:00'), 'overdue', 'counting', null, 5400], [at('24T12:00'), at('24T12:30'), 'overdue', 'closed', null, 0]
  ])
  t.same(new Set(segments.map(({ calendarVersion }: { calendarVersion: number }) => calendarVersion)), new Set([1]))
  const { data } = await w.graphql(`query ($input: PreviewStandard!) { previewStandard(input: $input) { now clocks { target ordinal basis calendarId targetSeconds startedAt openedAt dueAt
    consumedSeconds remainingSeconds state endedAt endedBy nextChangeAt rule { standardId versionNumber default condition } sentence
    events { type occurredAt state dueAt endedBy targetSeconds } segments { from to state reason calendarVersion exception countedSeconds } } } }`, { input })
  t.same(data.previewStandard, body)
  const [{ kept }] = await rows<{ kept: number }>(services.database.read, `select (select count(*) from standards where workspace_id = $1)
    + (select count(*) from calendars where workspace_id = $1) + (select count(*) from events where workspace_id = $1) as kept`, [w.workspaceId]) as [{ kept: number }]
  t.equal(kept, 0)
})

t.test('every kind of entry does what it does', async t => {
  const w = await workspace()
  const seconds = { low: 3600, normal: 3600, high: 3600, urgent: 3600 }
  const states = async (timeline: object[], targets: object[], more: object = {}) => {
    const { body } = await w.post('/v1/standards/preview', { now: at('21T00:00'), timeline, standards: [care(...targets)], ...more })
    return body.clocks.map((clock: Record<string, unknown>) => [clock.target, clock.state, clock.endedBy, clock.consumedSeconds])
  }
  const reply = { kind: 'firstReply', seconds }
  const and = (time: string, kind: string, more: object = {}) => ({ kind, occurredAt: at(time), ...more })
  t.same(await states([...asked, and('20T17:30', 'reply')], [reply]), [['firstReply', 'met', 'reply', 3600]])
  t.same(await states([...asked, and('20T17:00', 'reply', { actorKind: 'machine' }), and('20T17:31', 'reply')], [reply]), [['firstReply', 'breached', 'reply', 3660]])
  t.same(await states([...asked, and('20T17:00', 'reply', { actorKind: 'machine' })], [{ ...reply, replyBy: 'humanOrMachine' }]), [['firstReply', 'met', 'reply', 1800]])
  t.same(await states([...asked, and('20T17:00', 'note'), and('20T17:10', 'reply', { autoGenerated: true }), and('20T17:20', 'status', { status: 'resolved' })], [reply]),
    [['firstReply', 'met', 'resolvedWithoutReply', 3000]])
  t.same(await states([...asked, and('20T17:00', 'reply', { messageId: 'r' }), and('20T18:00', 'deliveryFailed', { messageId: 'r' })], [reply]), [['firstReply', 'overdue', null, 27_000]])
  t.same(await states([asked[0]!, and('20T16:30', 'inbound', { messageId: 'm' }), and('20T17:00', 'countsForService', { messageId: 'm', countsForService: false })], [reply]),
    [['firstReply', 'cancelled', 'notCounted', 1800]])
  t.same(await states([...asked, and('20T17:00', 'merged', { otherId: 'x' })], [reply]), [['firstReply', 'cancelled', 'merged', 1800]])
  t.same(await states([...asked, and('20T17:00', 'spam'), and('20T17:10', 'spam', { spam: false })], [reply]), [['firstReply', 'overdue', null, 27_000]])
  t.same(await states([...asked, and('20T17:00', 'deleted')], [reply]), [['firstReply', 'cancelled', 'deleted', 1800]])
  t.same(await states([asked[0]!, and('20T17:00', 'absorbed', { otherId: 'x', waitingSince: at('20T16:00') }), and('20T17:30', 'reply')], [{ kind: 'nextReply', seconds }, reply]).then(list => list.map((each: unknown[]) => each[3])), [5400])
  t.same(await states([...asked, and('20T17:00', 'assignment', { assigneeId: 'ada' })], [{ kind: 'assignment', seconds }]), [['assignment', 'met', 'assigned', 1800]])
  t.same(await states([...asked, and('20T16:40', 'snooze', { until: at('20T23:50') })], [{ kind: 'firstResolution', seconds, pauses: ['snoozed'] }]), [['firstResolution', 'running', null, 1200]])
  t.same(await states([...asked, and('20T17:00', 'priority', { priority: 'urgent' })], [{ kind: 'firstReply', seconds: { normal: 3600 } }]), [['firstReply', 'cancelled', 'standardChanged', 1800]])
  const chosen = { standards: [{ id: 'vip', versions: [{ condition: { and: [{ field: 'tag', in: ['vip'] }, { field: 'attribute', name: 'seats', atLeast: 5 }] }, targets: [reply] }] }] }
  t.same(await states([...asked, and('20T17:00', 'tags', { addTagIds: ['vip'] }), and('20T17:10', 'attributes', { attributes: { seats: 5 } })], [], chosen), [['firstReply', 'overdue', null, 27_000]])
  t.same(await states([...asked, and('20T17:00', 'tags', { addTagIds: ['vip'] })], [], chosen), [])
})

t.test('what cannot be is refused by its path, and calendars of the workspace may be named', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const refused = async (input: object, code: string, paths: string[]) => {
    const { body } = await w.post('/v1/standards/preview', { now: at('24T12:00'), timeline: asked, standards: [care(firstReply(60))], calendars: [office], ...input })
    t.same([body.code, body.errors?.map(({ path }: { path: string }) => path)], [code, paths])
  }
  await refused({ timeline: [asked[1]] }, 'invalid', ['timeline'])
  await refused({ timeline: [...asked, asked[0]] }, 'invalid', ['timeline.2.kind'])
  await refused({ timeline: [...asked, { kind: 'status', occurredAt: at('20T17:00'), until: at('20T18:00') }] }, 'invalid', ['timeline.2.until', 'timeline.2.status'])
  await refused({ timeline: [...asked, { kind: 'inbound', occurredAt: at('20T17:00'), recordedAt: at('20T16:00') }] }, 'invalid', ['timeline.2.recordedAt'])
  await refused({ now: '2030-01-01T00:00:00Z' }, 'invalid', ['timeline'])
  await refused({ standards: [{ id: 'a', versions: [{ targets: [firstReply(60), firstReply(60)] }] }] }, 'invalid', ['standards.0.versions.0.condition', 'standards.0.versions.0.targets.1.kind'])
  await refused({ standards: [care(firstReply(60)), care(firstReply(60))] }, 'invalid', ['standards.1.id'])
  await refused({ calendars: [{ id: 'office', versions: [{ timeZone: 'Nowhere', weekly: {} }] }] }, 'invalid', ['calendars.0.versions.0.timeZone'])
  await refused({ calendars: [] }, 'notFound', ['standards.0.versions.0.targets.0.calendarId'])
  const theirs = await factories.calendars!(other)
  await refused({ standards: [care(firstReply(60, { calendarId: theirs.id }))] }, 'notFound', ['standards.0.versions.0.targets.0.calendarId'])
  await refused({ standards: [care(firstReply(60, { calendarId: null }))] }, 'invalid', ['standards.0.versions.0.targets.0.calendarId'])
  const own = await factories.calendars!(w, { isDefault: true })
  for (const calendarId of [own.id, null]) {
    const { body } = await w.post('/v1/standards/preview', { now: at('24T12:00'), timeline: asked, standards: [care(firstReply(60, { calendarId }))] })
    t.match(body.clocks, [{ calendarId: own.id, dueAt: at('23T09:01') }])
  }
})
