import t from 'tap'
import { contextOf, systemContext } from '../../src/context.js'
import { rows } from '../../src/db/connection.js'
import { compiledCalendars } from '../../src/resources/calendars/compiled.service.js'
import { startApp, type Workspace } from '../support/app.js'
import { factories } from '../support/factories.js'

const { workspace, services, clock } = await startApp(t)
const create = factories.calendars!
const weekdays = (...intervals: string[]) => {
  const list = intervals.map(text => ({ from: text.slice(0, 5), to: text.slice(6) }))
  return { monday: list, tuesday: list, wednesday: list, thursday: list, friday: list }
}
const everyDay = (...intervals: string[]) => ({ ...weekdays(...intervals), saturday: weekdays(...intervals).monday, sunday: weekdays(...intervals).monday })
const revision = async (w: Workspace): Promise<number> =>
  (await rows<{ r: number }>(services.database.read, 'select promises_revision as r from workspaces where id = $1', [w.workspaceId]))[0]!.r
const types = async (w: Workspace): Promise<string[]> =>
  (await rows<{ type: string }>(services.database.read, 'select type from events where workspace_id = $1 order by sequence', [w.workspaceId])).map(({ type }) => type)

t.test('a calendar made by REST is the same calendar by GraphQL', async t => {
  const w = await workspace()
  const made = await w.post('/v1/calendars', {
    name: 'Berlin', externalId: 'c-1', timeZone: 'Europe/Berlin', weekly: { monday: [{ from: '13:15', to: '17:00' }, { from: '09:00', to: '12:30' }] },
    exceptions: [{ date: '2026-12-31', intervals: [{ from: '09:00', to: '12:00' }] }, { date: '2026-12-24', name: 'Christmas Eve' }],
    holidays: [{ date: '2026-12-25', name: 'Christmas' }]
  })
  t.match([made.status, made.headers.location, made.headers.etag], [201, `/v1/calendars/${made.body.id}`, '"1"'])
  const { latestVersion, ...calendar } = made.body
  t.match(calendar, { name: 'Berlin', externalId: 'c-1', description: null, isDefault: false, versionCount: 1, archivedAt: null, version: 1 })
  t.match(latestVersion, {
    calendarId: calendar.id, number: 1, effectiveFrom: '2026-03-02T10:00:00.000Z', timeZone: 'Europe/Berlin',
    exceptions: [{ date: '2026-12-24', name: 'Christmas Eve', intervals: [] }, { date: '2026-12-31', name: null, intervals: [{ from: '09:00', to: '12:00' }] }],
    holidays: [{ date: '2026-12-25', name: 'Christmas' }]
  })
  t.same(latestVersion.weekly, {
    monday: [{ from: '09:00', to: '12:30' }, { from: '13:15', to: '17:00' }], tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: []
  })
  t.same((await w.get('/v1/calendars/external:c-1')).body, made.body)
  t.same((await w.get(`/v1/calendars/${calendar.id}/versions/1`)).body, latestVersion)
  const { data } = await w.graphql(`query ($id: ID!) { calendar(id: $id) { id externalId version createdAt updatedAt name description isDefault versionCount archivedAt
    latestVersion { id calendarId number effectiveFrom timeZone createdAt exceptions { date name intervals { from to } } holidays { date name }
      weekly { monday { from to } tuesday { from to } wednesday { from to } thursday { from to } friday { from to } saturday { from to } sunday { from to } } } } }`, { id: 'external:c-1' })
  t.same(data.calendar, made.body)
  t.match((await w.post('/v1/calendars', { name: 'BERLIN', timeZone: 'UTC', weekly: {} })).body, { code: 'conflict', errors: [{ path: 'name' }] })
  t.equal((await (await workspace()).get(`/v1/calendars/${calendar.id}`)).status, 404)
})

t.test('everything that is wrong with the hours is said at once, on both faces, and nothing is made', async t => {
  const w = await workspace()
  const input = {
    name: 'Wrong', timeZone: '+02:00',
    weekly: { monday: [{ from: '22:00', to: '06:00' }], tuesday: [{ from: '09:00', to: '12:00' }, { from: '11:00', to: '13:00' }], friday: [{ from: '25:00', to: '26:00' }] },
    exceptions: [{ date: '2026-02-30' }], holidays: [{ date: '2026-12-25', name: 'a' }, { date: '2026-12-25', name: 'b' }]
  }
  const before = await revision(w)
  const refused = await w.post('/v1/calendars', input)
  t.equal(refused.status, 422)
  t.same(refused.body.errors.map(({ path }: { path: string }) => path), [
    'timeZone', 'weekly.monday.0.to', 'weekly.tuesday.1', 'weekly.friday.0.from', 'weekly.friday.0.to', 'exceptions.0.date', 'holidays.1.date'
  ])
  t.match(refused.body.errors[1].message, 'ends before it starts; write it as two: 22:00 to 24:00, and 00:00 to 06:00 on the next day.')
  const { errors } = await w.graphql('mutation ($input: CreateCalendar!) { createCalendar(input: $input) { id } }', { input })
  t.same(errors?.[0]?.extensions.errors, refused.body.errors)
  t.match((await w.post('/v1/calendars', { name: 'x', timeZone: 'UTC', weekly: { mardi: [] } })).body, { code: 'invalid', errors: [{ path: 'weekly.mardi' }] })
  t.equal((await w.get('/v1/calendars?count=true')).body.page.total, 0)
  t.equal(await revision(w), before)
})

t.test('versions are added, never changed; one in the past needs history:write', async t => {
  const w = await workspace()
  const { id } = await create(w, { weekly: weekdays('09:00-17:00') })
  const [first] = (await w.get(`/v1/calendars/${id}/versions`)).body.data
  const add = (caller: Pick<Workspace, 'post'>, effectiveFrom: string | undefined, to: string) =>
    caller.post(`/v1/calendars/${id}/versions`, { effectiveFrom, timeZone: 'UTC', weekly: weekdays(`09:00-${to}`) })
  const before = await revision(w)
  const future = await add(w, '2026-04-01T02:00:00+02:00', '20:00')
  t.match([future.status, future.headers.location, future.body.number, future.body.effectiveFrom], [201, `/v1/calendars/${id}/versions/2`, 2, '2026-04-01T00:00:00.000Z'])
  t.ok(await revision(w) > before, 'whoever keeps calendars hears of it')
  t.match((await w.get(`/v1/calendars/${id}`)).body, { version: 2, versionCount: 2, latestVersion: { number: 2 } })

  const lead = await w.withScopes(['calendars:read', 'calendars:write'])
  const revised = await revision(w)
  const refused = await add(lead, '2026-02-01T00:00:00Z', '18:00')
  t.match([refused.status, refused.body.detail], [403, /history:write/])
  t.match((await add(w, '2026-04-01T00:00:00Z', '18:00')).body, { code: 'conflict', errors: [{ path: 'effectiveFrom' }] })
  t.same([(await w.get(`/v1/calendars/${id}`)).body.version, await revision(w)], [2, revised])

  t.match((await add(w, '2026-02-01T00:00:00Z', '18:00')).body, { number: 3, effectiveFrom: '2026-02-01T00:00:00.000Z' })
  const versions = (await w.get(`/v1/calendars/${id}/versions?sort=effectiveFromAsc&count=true`)).body
  t.same(versions.data.map(({ number }: { number: number }) => number), [3, 1, 2])
  t.same([versions.data[1], versions.page.total], [first, 3], 'what was recorded stays as it was')
  const page = (await w.get(`/v1/calendars/${id}/versions?limit=2`)).body
  t.same(page.data.map(({ number }: { number: number }) => number), [2, 1])
  const { data } = await w.graphql('query ($id: ID!, $after: String) { calendarVersions(id: $id, after: $after) { totalCount nodes { number } } calendarVersion(id: $id, number: 3) { number } }', { id, after: page.page.endCursor })
  t.same(data, { calendarVersions: { totalCount: 3, nodes: [{ number: 3 }] }, calendarVersion: { number: 3 } })
  t.match((await w.get(`/v1/calendars/${id}/versions/4`)).body, { code: 'notFound' })

  const open = async (at: string) => (await w.get(`/v1/calendars/${id}/isOpen?at=${at}`)).body
  t.match(await open('2026-02-02T17:30:00Z'), { isOpen: true, versionNumber: 3 })
  t.match(await open('2025-02-03T17:30:00Z'), { isOpen: true, versionNumber: 3 }, 'the earliest is in force before it takes effect, too')
  t.match(await open('2026-03-03T17:30:00Z'), { isOpen: false, versionNumber: 1 })
  t.match(await open('2026-04-01T19:59:59.999Z'), { isOpen: true, versionNumber: 2, until: '2026-04-01T20:00:00.000Z' })
  t.same(await types(w), ['calendar.created', 'calendar.versionAdded', 'calendar.versionAdded'])
})

t.test('a calendar answers: across clock changes, zones of half an hour, holidays and hours until 24:00', async t => {
  const w = await workspace()
  const ask = async (id: string, question: string) => (await w.get(`/v1/calendars/${id}/${question}`)).body
  const berlin = await create(w, {
    timeZone: 'Europe/Berlin', weekly: everyDay('00:00-24:00'), holidays: [{ date: '2026-05-01', name: 'May Day' }],
    exceptions: [{ date: '2026-05-02', name: 'Stocktaking', intervals: [{ from: '22:00', to: '24:00' }] }]
  })
  const day = async (from: string, to: string) => (await ask(berlin.id, `businessSeconds?from=${from}&to=${to}`)).businessSeconds
  t.equal(await day('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'), 23 * 3600, 'a day of 23 hours')
  t.equal(await day('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'), 25 * 3600, 'and one of 25')
  t.same(await ask(berlin.id, 'isOpen?at=2026-05-01T12:00:00Z'),
    { at: '2026-05-01T12:00:00.000Z', isOpen: false, reason: 'holiday', name: 'May Day', versionNumber: 1, until: '2026-05-01T22:00:00.000Z' })
  t.same(await ask(berlin.id, 'nextOpening?at=2026-05-01T12:00:00Z'), { at: '2026-05-01T12:00:00.000Z', opensAt: '2026-05-02T20:00:00.000Z' })
  t.match(await ask(berlin.id, 'isOpen?at=2026-05-02T20:00:00Z'), { isOpen: true, reason: 'exception', name: 'Stocktaking' })
  t.same(await ask(berlin.id, 'add?from=2026-04-30T21:59:59.500Z&seconds=1'),
    { from: '2026-04-30T21:59:59.500Z', seconds: 1, at: '2026-05-02T20:00:00.500Z' })

  const adelaide = await create(w, { timeZone: 'Australia/Adelaide', weekly: weekdays('09:00-12:00', '13:00-17:00') })
  t.same(await ask(adelaide.id, 'add?from=2026-04-03T05:30:00Z&seconds=14400'), { from: '2026-04-03T05:30:00.000Z', seconds: 14400, at: '2026-04-06T02:30:00.000Z' },
    'from Friday 16:00 at UTC+10:30 to Monday noon at UTC+9:30, where it closes')
  t.same(await ask(adelaide.id, 'add?from=2026-04-05T00:00:00Z&seconds=0'), { from: '2026-04-05T00:00:00.000Z', seconds: 0, at: '2026-04-05T00:00:00.000Z' })
  const closed = await create(w, { weekly: {} })
  t.same(await ask(closed.id, 'add?from=2026-04-05T00:00:00Z&seconds=1'), { from: '2026-04-05T00:00:00.000Z', seconds: 1, at: null })
  t.equal((await ask(closed.id, 'nextOpening')).opensAt, null)
  t.match(await ask(closed.id, 'isOpen'), { at: '2026-03-02T10:00:00.000Z', isOpen: false, reason: 'closed', until: null }, 'now when no instant is named')

  t.match(await ask(closed.id, 'businessSeconds?from=2026-04-05T00:00:00Z&to=2026-04-04T00:00:00Z'), { code: 'invalid', errors: [{ path: 'to' }] })
  t.match(await ask(closed.id, 'isOpen?at=2150-01-01T00:00:00Z'), { code: 'invalid', errors: [{ path: 'at' }] })
  t.match(await ask(closed.id, 'add?from=2026-04-05T00:00:00Z&seconds=-1'), { code: 'invalid', errors: [{ path: 'seconds' }] })

  const { data } = await w.graphql(`query ($id: ID!) {
    isCalendarOpen(id: $id, at: "2026-05-01T12:00:00Z") { isOpen reason name versionNumber until }
    nextCalendarOpening(id: $id, at: "2026-05-01T12:00:00Z") { opensAt }
    countBusinessSeconds(id: $id, from: "1970-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z") { businessSeconds }
    addBusinessSeconds(id: $id, from: "2026-04-30T21:59:59.500Z", seconds: 1) { at } }`, { id: berlin.id })
  t.same(data, {
    isCalendarOpen: { isOpen: false, reason: 'holiday', name: 'May Day', versionNumber: 1, until: '2026-05-01T22:00:00.000Z' },
    nextCalendarOpening: { opensAt: '2026-05-02T20:00:00.000Z' },
    countBusinessSeconds: { businessSeconds: (Date.UTC(2100, 0, 1) / 1000) - 46 * 3600 },
    addBusinessSeconds: { at: '2026-05-02T20:00:00.500Z' }
  })
})

t.test('a calendar in the body answers the same, and is not kept', async t => {
  const w = await workspace()
  const versions = [
    { timeZone: 'Asia/Kathmandu', weekly: weekdays('10:00-17:00') },
    { effectiveFrom: '2026-03-04T00:00:00Z', timeZone: 'Asia/Kathmandu', weekly: weekdays('12:00-17:00') }
  ]
  const input = {
    versions, isOpenAt: '2026-03-04T05:00:00Z', nextOpeningAfter: '2026-03-04T05:00:00Z',
    businessSeconds: { from: '2026-03-03T00:00:00Z', to: '2026-03-05T00:00:00Z' }, add: { from: '2026-03-03T10:15:00Z', seconds: 7200 }
  }
  const answer = await w.post('/v1/calendars/preview', input)
  t.same(answer.body, {
    isOpen: { at: '2026-03-04T05:00:00.000Z', isOpen: false, reason: 'closed', name: null, versionNumber: 2, until: '2026-03-04T06:15:00.000Z' },
    nextOpening: { at: '2026-03-04T05:00:00.000Z', opensAt: '2026-03-04T06:15:00.000Z' },
    businessSeconds: { from: '2026-03-03T00:00:00.000Z', to: '2026-03-05T00:00:00.000Z', businessSeconds: 12 * 3600 },
    add: { from: '2026-03-03T10:15:00.000Z', seconds: 7200, at: '2026-03-04T07:15:00.000Z' }
  })
  const { data } = await w.graphql('query ($input: PreviewCalendar!) { previewCalendar(input: $input) { isOpen { versionNumber } add { at } nextOpening { opensAt } businessSeconds { businessSeconds } } }', { input })
  t.same(data.previewCalendar, {
    isOpen: { versionNumber: 2 }, add: { at: '2026-03-04T07:15:00.000Z' }, nextOpening: { opensAt: '2026-03-04T06:15:00.000Z' }, businessSeconds: { businessSeconds: 43200 }
  })
  t.same((await w.post('/v1/calendars/preview', { versions })).body, { isOpen: null, nextOpening: null, businessSeconds: null, add: null })
  t.match((await w.post('/v1/calendars/preview', { versions: [versions[1], versions[0]] })).body, { code: 'invalid', errors: [{ path: 'versions.1.effectiveFrom' }] })
  t.match((await w.post('/v1/calendars/preview', { ...input, businessSeconds: { from: '2026-03-05T00:00:00Z', to: '2026-03-03T00:00:00Z' } })).body,
    { code: 'invalid', errors: [{ path: 'businessSeconds.to' }] })
  t.equal((await w.get('/v1/calendars?count=true')).body.page.total, 0)
})

t.test('one calendar is the default, however many are made so at once; it cannot be archived', async t => {
  const w = await workspace()
  const first = await create(w, { isDefault: true })
  t.equal(first.isDefault, true)
  const all = await Promise.all(Array.from({ length: 6 }, () => create(w)))
  t.same(new Set((await Promise.all(all.map(({ id }) => w.post(`/v1/calendars/${id}/makeDefault`)))).map(({ status }) => status)), new Set([200]))
  const defaults = (await w.get('/v1/calendars')).body.data.filter(({ isDefault }: { isDefault: boolean }) => isDefault)
  t.equal(defaults.length, 1)
  const refused = await w.post(`/v1/calendars/${defaults[0].id}/archive`)
  t.match([refused.status, refused.body.code], [409, 'conflict'])
  const made = await w.graphql('mutation ($id: ID!) { makeCalendarDefault(id: $id) { isDefault version } }', { id: first.id })
  t.equal(made.data.makeCalendarDefault.isDefault, true)
  t.match((await w.get(`/v1/calendars/${defaults[0].id}`)).body, { isDefault: false, archivedAt: null })
  t.match((await w.post(`/v1/calendars/${defaults[0].id}/archive`)).body, { archivedAt: '2026-03-02T10:00:00.000Z' })
  t.match((await w.post(`/v1/calendars/${defaults[0].id}/makeDefault`)).body, { code: 'conflict' })
  t.equal((await w.get('/v1/calendars?archived=true')).body.data.length, 1)
  t.equal((await w.get('/v1/calendars?archived=false')).body.data.length, 6)
  t.equal((await w.post(`/v1/calendars/${defaults[0].id}/unarchive`)).body.archivedAt, null)
})

const file = (...events: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//EN',
  ...events.flatMap(event => ['BEGIN:VEVENT', ...event.split('\n'), 'END:VEVENT']), 'END:VCALENDAR', ''].join('\r\n')

t.test('holidays of an iCalendar file make a new version, which says what was added', async t => {
  const w = await workspace()
  const { id, latestVersion } = await create(w, { holidays: [{ date: '2026-12-25', name: 'Christmas' }], weekly: weekdays('09:00-17:00') })
  const text = file('DTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY\nSUMMARY:Christmas Day', 'DTSTART;VALUE=DATE:20260501\nSUMMARY:May Day')
  clock.advance(60_000)
  t.teardown(() => { clock.now -= 60_000 })
  const { body } = await w.post(`/v1/calendars/${id}/importHolidays`, { text, to: '2028-01-01' })
  t.same(body.added, [{ date: '2026-05-01', name: 'May Day' }, { date: '2027-12-25', name: 'Christmas Day' }])
  t.match(body, { alreadyThere: 1, calendar: { version: 2, versionCount: 2 }, newVersion: { number: 2, effectiveFrom: '2026-03-02T10:01:00.000Z' } })
  t.same(body.newVersion.holidays, [{ date: '2026-05-01', name: 'May Day' }, { date: '2026-12-25', name: 'Christmas' }, { date: '2027-12-25', name: 'Christmas Day' }])
  t.same(body.newVersion.weekly, latestVersion.weekly)
  t.equal((await w.get(`/v1/calendars/${id}/isOpen?at=2026-05-01T12:00:00Z`)).body.name, 'May Day')

  const mutation = 'mutation ($id: ID!, $input: ImportHolidays!) { importHolidays(id: $id, input: $input) { alreadyThere added { date } newVersion { number } calendar { version } } }'
  const again = await w.graphql(mutation, { id, input: { text, to: '2028-01-01' } })
  t.same(again.data.importHolidays, { alreadyThere: 3, added: [], newVersion: null, calendar: { version: 2 } })
  t.match((await w.post(`/v1/calendars/${id}/importHolidays`, { text: 'BEGIN:VCARD' })).body, { code: 'invalid', errors: [{ path: 'text' }] })
  const daily = file('DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=DAILY\nSUMMARY:Every day')
  t.match((await w.post(`/v1/calendars/${id}/importHolidays`, { text: daily })).body, { code: 'invalid', errors: [{ path: 'text' }] })
  t.match((await w.post(`/v1/calendars/${id}/importHolidays`, { text, from: '2028-01-01', to: '2027-01-01' })).body, { code: 'invalid', errors: [{ path: 'to' }] })
  t.equal((await w.get(`/v1/calendars/${id}`)).body.version, 2)
})

t.test('an upsert changes names and hours, and makes no version when the hours are the same', async t => {
  const w = await workspace()
  const input = { name: 'Office', timeZone: 'UTC', weekly: weekdays('09:00-17:00'), holidays: [{ name: 'b', date: '2026-02-02' }, { date: '2026-01-01', name: 'a' }] }
  t.match((await w.put('/v1/calendars/external:o', input)).body, { outcome: 'created', resource: { versionCount: 1 } })
  t.match((await w.put('/v1/calendars/external:o', input)).body, { outcome: 'unchanged', resource: { versionCount: 1, version: 1 } })
  t.match((await w.put('/v1/calendars/external:o', { ...input, name: 'Bureau' })).body, { outcome: 'updated', resource: { name: 'Bureau', versionCount: 1 } })
  const changed = { ...input, name: 'Bureau', effectiveFrom: '2027-01-01T00:00:00Z', weekly: weekdays('08:00-17:00') }
  t.match((await w.put('/v1/calendars/external:o', changed)).body, { outcome: 'updated', resource: { versionCount: 2, version: 3 } })
  t.match((await w.put('/v1/calendars/external:o', changed)).body, { outcome: 'unchanged', resource: { version: 3 } })
  const stale = await w.put('/v1/calendars/external:o', input, { 'if-match': '"1"' })
  t.match([stale.status, stale.body.code], [412, 'preconditionFailed'])
})

t.test('versions that race are all kept, each with its number', async t => {
  const w = await workspace()
  const { id } = await create(w)
  const statuses = await Promise.all(Array.from({ length: 8 }, async (_, n) =>
    (await w.post(`/v1/calendars/${id}/versions`, { effectiveFrom: `2027-0${n + 1}-01T00:00:00Z`, timeZone: 'UTC', weekly: {} })).status))
  t.same(statuses, Array(8).fill(201))
  const { data } = (await w.get(`/v1/calendars/${id}/versions?limit=100`)).body
  t.same(data.map(({ number }: { number: number }) => number).toSorted(), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  t.match((await w.get(`/v1/calendars/${id}`)).body, { versionCount: 9, version: 9 })
})

t.test('clocks get the calendars compiled: of one workspace, and new as soon as a version is there', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const [a, b, theirs] = [await create(w), await create(w), await create(other)]
  const ctx = systemContext(services, w.workspaceId, [])
  const all = await compiledCalendars(ctx)
  t.same(new Set(all.keys()), new Set([a.id, b.id]))
  t.same([...(await compiledCalendars(ctx, [a.id, theirs.id])).keys()], [a.id])
  t.equal((await compiledCalendars(contextOf(services, ctx.caller, 'again'))).get(a.id), all.get(a.id), 'compiled once')
  await w.post(`/v1/calendars/${a.id}/versions`, { effectiveFrom: '2026-03-09T00:00:00Z', timeZone: 'UTC', weekly: {} })
  const now = (await compiledCalendars(ctx)).get(a.id)!
  const monday = Date.parse('2026-03-09T10:00:00Z')
  t.same([all.get(a.id)!.isOpen(monday), now.isOpen(monday)], [true, false])
})
