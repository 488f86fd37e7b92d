import t from 'tap'
import { systemContext } from '../../src/context.js'
import { rows } from '../../src/db/connection.js'
import { promisesOf, standardsOf } from '../../src/resources/standards/promised.service.js'
import { startApp, type Workspace } from '../support/app.js'
import { factories } from '../support/factories.js'

const { workspace, services, clock } = await startApp(t)
const { agents, calendars, standards: create, tags, teams } = factories as Required<typeof factories>
const revision = async (w: Workspace): Promise<number> =>
  (await rows<{ r: number }>(services.database.read, 'select promises_revision as r from workspaces where id = $1', [w.workspaceId]))[0]!.r
const events = (w: Workspace) => rows<{ type: string, occurred_at: string, changes: any }>(services.database.read,
  'select type, occurred_at, changes from events where workspace_id = $1 and subject_type = \'standard\' order by sequence', [w.workspaceId])
const reply = (seconds: number, more: object = {}) => ({ kind: 'firstReply', seconds: { normal: seconds }, ...more })
const paths = (body: { errors: Array<{ path: string }> }) => body.errors.map(({ path }) => path)
const versionFields = `id standardId number publishedAt apply position name statement value audience origin jurisdiction source ownerId default condition createdAt updatedAt
  targets { kind seconds { low normal high urgent } basis calendarId replyBy pauses clockStart warnAt { share secondsBefore } }
  checklist { name description weight } metricTarget { metric comparison value period }`
const fields = `id externalId version createdAt updatedAt name state position archivedAt published { ${versionFields} } draft { ${versionFields} }`

t.test('a standard written by REST is the same standard by GraphQL, with everything that it says', async t => {
  const w = await workspace()
  const [calendar, tag, owner] = [await calendars!(w), await tags!(w), await agents!(w)]
  const made = await w.post('/v1/standards', {
    externalId: 's-1', name: 'By law', statement: 'A fault on a phone line is answered within a working day.', value: 'respect', audience: 'public',
    origin: 'law', jurisdiction: 'DE', source: '§ 58 TKG', ownerId: owner.id,
    condition: { and: [{ field: 'tag', in: [tag.id] }, { not: { field: 'attribute', name: 'seats', atMost: 10 } }, { or: [{ field: 'language', in: ['de'] }, { field: 'tier', set: true }] }] },
    targets: [
      { kind: 'firstReply', seconds: { normal: 28_800, urgent: 3600 }, basis: 'business', calendarId: calendar.id, replyBy: 'humanOrMachine', warnAt: { secondsBefore: 600 } },
      { kind: 'totalResolution', seconds: { low: 1, normal: 2, high: 3, urgent: 4 }, pauses: ['pending', 'snoozed'], clockStart: 'activated', warnAt: { share: 0.5 } },
      { kind: 'firstResolution', seconds: { urgent: 60 } }
    ],
    checklist: [{ name: 'Names the cause', description: 'Or says that it is not known', weight: 2.5 }, { name: 'Is kind' }],
    metricTarget: { metric: 'csatScore', comparison: 'atLeast', value: 0.9, period: 'quarter' }
  })
  t.match([made.status, made.headers.location, made.headers.etag], [201, `/v1/standards/${made.body.id}`, '"1"'])
  const { draft, ...standard } = made.body
  t.match(standard, { name: 'By law', externalId: 's-1', state: 'draft', position: 1, published: null, archivedAt: null, version: 1 })
  t.match(draft, { standardId: standard.id, number: 1, publishedAt: null, apply: null, position: null, default: false, jurisdiction: 'DE', ownerId: owner.id })
  t.same(draft.condition, { and: [{ field: 'tag', in: [tag.id] }, { not: { field: 'attribute', name: 'seats', atMost: 10 } }, { or: [{ field: 'language', in: ['de'] }, { field: 'tier', set: true }] }] })
  t.same(draft.targets, [
    { kind: 'firstReply', seconds: { low: null, normal: 28_800, high: null, urgent: 3600 }, basis: 'business', calendarId: calendar.id, replyBy: 'humanOrMachine', pauses: [], clockStart: null, warnAt: { share: null, secondsBefore: 600 } },
    { kind: 'totalResolution', seconds: { low: 1, normal: 2, high: 3, urgent: 4 }, basis: 'calendar', calendarId: null, replyBy: 'human', pauses: ['pending', 'snoozed'], clockStart: 'activated', warnAt: { share: 0.5, secondsBefore: null } },
    { kind: 'firstResolution', seconds: { low: null, normal: null, high: null, urgent: 60 }, basis: 'calendar', calendarId: null, replyBy: 'human', pauses: ['pending'], clockStart: 'created', warnAt: null }
  ])
  t.same(draft.checklist, [{ name: 'Names the cause', description: 'Or says that it is not known', weight: 2.5 }, { name: 'Is kind', description: null, weight: 1 }])
  t.same((await w.get('/v1/standards/external:s-1')).body, made.body)
  t.same((await w.get(`/v1/standards/${standard.id}/versions/1`)).body, draft)
  const { data } = await w.graphql(`query ($id: ID!) { standard(id: $id) { ${fields} } standardVersion(id: $id, number: 1) { owner { id } standard { id } targets { calendar { id } } } }`, { id: 'external:s-1' })
  t.same(data.standard, made.body)
  t.same(data.standardVersion, { owner: { id: owner.id }, standard: { id: standard.id }, targets: [{ calendar: { id: calendar.id } }, { calendar: null }, { calendar: null }] })

  await w.post(`/v1/standards/${standard.id}/publish`, {})
  const [pure] = await standardsOf(systemContext(services, w.workspaceId, []))
  t.same(pure, {
    id: standard.id, archivedAt: null, versions: [{
      id: draft.id, standardId: standard.id, version: 1, publishedAt: clock.now, apply: 'keep', position: 1, default: false, condition: draft.condition,
      targets: [
        { kind: 'firstReply', seconds: { normal: 28_800, urgent: 3600 }, basis: 'business', calendarId: calendar.id, replyBy: 'humanOrMachine', pauses: [], warnAt: { secondsBefore: 600 } },
        { kind: 'totalResolution', seconds: { low: 1, normal: 2, high: 3, urgent: 4 }, basis: 'calendar', calendarId: null, replyBy: 'human', pauses: ['pending', 'snoozed'], clockStart: 'activated', warnAt: { share: 0.5 } },
        { kind: 'firstResolution', seconds: { urgent: 60 }, basis: 'calendar', calendarId: null, replyBy: 'human', pauses: ['pending'], clockStart: 'created', warnAt: null }
      ]
    }]
  }, 'clocks see all of it')
})

t.test('what makes no sense is refused by its paths, on both faces, and nothing is made', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const [theirTag, theirTeam, theirCalendar] = [await tags!(other), await teams!(other), await calendars!(other)]
  const before = await revision(w)
  const refused = async (input: object, code: string, expected: string[]) => {
    const body = { name: 'x', default: true, ...input }
    const answer = await w.post('/v1/standards', body)
    t.same([answer.body.code, paths(answer.body)], [code, expected], JSON.stringify(input))
    const { errors } = await w.graphql('mutation ($input: CreateStandard!) { createStandard(input: $input) { id } }', { input: body })
    if (errors?.[0]?.extensions) t.same([errors[0].extensions.code, errors[0].extensions.errors], [code, answer.body.errors])
  }
  await refused({ default: false }, 'invalid', ['condition'])
  await refused({ default: false, condition: { and: [] } }, 'invalid', ['condition.and'])
  await refused({ condition: {} }, 'invalid', ['condition'])
  await refused({ condition: { or: [{ field: 'tier' }, { field: 'tier', in: ['gold'], name: 'x' }, { not: { field: 'attribute', set: true } }] } }, 'invalid',
    ['condition.or.0', 'condition.or.1.name', 'condition.or.2.not.name'])
  await refused({ condition: { field: 'priority', in: ['urgent', 'yesterday'], atLeast: 2 } }, 'invalid', ['condition.atLeast', 'condition.in.1'])
  await refused({ condition: { field: 'tier', in: ['gold'], and: [{ field: 'tier', set: true }] } }, 'invalid', ['condition'])
  await refused({ targets: [reply(60), reply(120)] }, 'invalid', ['targets.1.kind'])
  await refused({ targets: [reply(0)] }, 'invalid', ['targets.0.seconds.normal'])
  await refused({ targets: [{ kind: 'firstReply', seconds: { urgent: -1 } }] }, 'invalid', ['targets.0.seconds.urgent'])
  await refused({ targets: [{ kind: 'firstReply', seconds: {} }, { kind: 'assignment', seconds: { low: 1 }, clockStart: 'created', pauses: ['new', 'new'] }] }, 'invalid',
    ['targets.0.seconds', 'targets.1.clockStart', 'targets.1.pauses.1'])
  await refused({ targets: [reply(60, { basis: 'business' })] }, 'invalid', ['targets.0.calendarId'])
  await refused({ targets: [reply(60, { calendarId: theirCalendar.id }), { kind: 'nextReply', seconds: { low: 1 }, warnAt: { share: 0.5, secondsBefore: 1 } }] }, 'invalid',
    ['targets.0.calendarId', 'targets.1.warnAt'])
  await refused({ targets: [reply(60, { warnAt: { share: 1 } })] }, 'invalid', ['targets.0.warnAt.share'])
  await refused({ origin: 'law', source: 'x' }, 'invalid', ['jurisdiction'])
  await refused({ origin: 'benchmark', jurisdiction: 'DE' }, 'invalid', ['jurisdiction', 'source'])
  await refused({ checklist: [{ name: 'a' }, { name: 'a' }] }, 'invalid', ['checklist.1.name'])
  await refused({
    condition: { or: [{ field: 'tag', in: [theirTag.id] }, { field: 'team', in: ['nonsense', theirTeam.id] }, { field: 'channel', in: [theirTag.id] }, { field: 'company', in: [theirTag.id] }] },
    targets: [reply(60, { basis: 'business', calendarId: theirCalendar.id })]
  }, 'notFound', ['condition.or.0.in.0', 'condition.or.1.in.0', 'condition.or.1.in.1', 'condition.or.2.in.0', 'condition.or.3.in.0', 'targets.0.calendarId'])
  await refused({ ownerId: theirTag.id }, 'notFound', ['ownerId'])
  const unknownWord = await w.post('/v1/standards', { name: 'x', default: true, targets: [reply(60, { pauses: ['closed'] })] })
  t.same([unknownWord.body.code, paths(unknownWord.body)], ['invalid', ['targets.0.pauses.0']])
  const deep = (levels: number): object => levels ? { not: deep(levels - 1) } : { field: 'tier', set: true }
  await refused({ condition: deep(6) }, 'invalid', [`condition${'.not'.repeat(6)}`])
  t.equal((await w.get('/v1/standards?count=true')).body.page.total, 0)
  t.same([await revision(w), await events(w)], [before, []])
})

t.test('a business target without a calendar gets the default one, by name, and an archived one is refused', async t => {
  const w = await workspace()
  const [first, second] = [await calendars!(w, { isDefault: true }), await calendars!(w)]
  const { id, draft } = await create!(w, { targets: [reply(60, { basis: 'business' })] })
  t.equal(draft.targets[0].calendarId, first.id)
  await w.post(`/v1/calendars/${second.id}/makeDefault`)
  await w.post(`/v1/calendars/${first.id}/archive`)
  t.equal((await w.get(`/v1/standards/${id}`)).body.draft.targets[0].calendarId, first.id, 'what was written stays')
  t.equal((await w.patch(`/v1/standards/${id}`, { statement: 'Still' })).status, 200)
  t.match((await w.post('/v1/standards', { name: 'n', default: true, targets: [reply(60, { basis: 'business', calendarId: first.id })] })).body,
    { code: 'notFound', errors: [{ path: 'targets.0.calendarId', message: 'names no calendar of this workspace that is in use' }] })
  t.equal((await w.patch(`/v1/standards/${id}`, { targets: [reply(60, { basis: 'business' })] })).body.draft.targets[0].calendarId, second.id)
})

t.test('draft, published, changed, published again, archived: each version stays as it was', async t => {
  const w = await workspace()
  const { id } = await create!(w, { name: 'Care', targets: [reply(3600)] })
  const drafted = await revision(w)
  const first = await w.graphql(`mutation ($id: ID!) { publishStandard(id: $id, input: {}) { ${fields} } }`, { id })
  t.match(first.data.publishStandard, { state: 'published', draft: null, version: 2, published: { number: 1, publishedAt: '2026-03-02T10:00:00.000Z', apply: 'keep', position: 1 } })
  t.ok(await revision(w) > drafted)
  t.match((await w.post(`/v1/standards/${id}/publish`, {})).body, { code: 'conflict' }, 'there is nothing to publish')

  const changed = await w.patch(`/v1/standards/${id}`, { name: 'Great care', targets: [reply(1800)] })
  t.match(changed.body, { name: 'Care', state: 'published', version: 3, published: { number: 1, name: 'Care' }, draft: { number: 2, name: 'Great care', publishedAt: null } })
  t.match((await w.patch(`/v1/standards/${id}`, { name: 'Great care' })).body, { version: 3 }, 'nothing changed')
  t.match((await w.patch(`/v1/standards/${id}`, { value: 'patience' })).body.draft, { number: 2, name: 'Great care', value: 'patience', targets: [{ seconds: { normal: 1800 } }] })
  const stale = await w.post(`/v1/standards/${id}/publish`, {}, { 'if-match': '"3"' })
  t.match([stale.status, stale.body.code], [412, 'preconditionFailed'])
  clock.advance(1000)
  t.teardown(() => { clock.now -= 1000 })
  const second = (await w.post(`/v1/standards/${id}/publish`, { apply: 'reapply' })).body
  t.match(second, { name: 'Great care', draft: null, published: { number: 2, publishedAt: '2026-03-02T10:00:01.000Z', apply: 'reapply' } })
  t.same((await w.get(`/v1/standards/${id}/versions/1`)).body, first.data.publishStandard.published, 'the first version is as it was')
  t.same((await w.get(`/v1/standards/${id}/versions`)).body.data.map(({ number }: { number: number }) => number), [2, 1])
  const { data } = await w.graphql('query ($id: ID!) { standardVersions(id: $id, sort: numberAsc) { totalCount nodes { number name } } }', { id })
  t.same(data.standardVersions, { totalCount: 2, nodes: [{ number: 1, name: 'Care' }, { number: 2, name: 'Great care' }] })

  const archived = (await w.post(`/v1/standards/${id}/archive`)).body
  t.match(archived, { state: 'archived', archivedAt: '2026-03-02T10:00:01.000Z', published: { number: 2 } })
  t.match((await w.patch(`/v1/standards/${id}`, { name: 'Again' })).body, { code: 'conflict' })
  t.match((await w.post(`/v1/standards/${id}/publish`, {})).body, { code: 'conflict' })
  t.equal((await w.get(`/v1/standards/${id}`)).body.version, archived.version)
  t.equal((await w.post('/v1/standards', { name: 'great CARE', default: true })).status, 201, 'its name is free again')
  t.same((await events(w)).map(({ type }) => type), ['standard.created', 'standard.published', 'standard.updated', 'standard.updated', 'standard.published', 'standard.archived', 'standard.created'])
  const [pure] = await standardsOf(systemContext(services, w.workspaceId, []))
  t.match(pure, { archivedAt: clock.now, versions: [{ version: 1, apply: 'keep' }, { version: 2, apply: 'reapply' }] })
})

t.test('a publication may be dated back by who may write history, never ahead or before the last one; nothing checkable is no promise', async t => {
  const w = await workspace()
  const { id } = await create!(w)
  const lead = await w.withScopes(['standards:read', 'standards:write'])
  t.match((await lead.post(`/v1/standards/${id}/publish`, { occurredAt: '2025-01-01T00:00:00Z' })).body, { code: 'forbidden', detail: /history:write/ })
  t.match((await w.post(`/v1/standards/${id}/publish`, { occurredAt: '2026-03-02T10:00:00.001Z' })).body, { code: 'invalid', errors: [{ path: 'occurredAt' }] })
  t.equal((await w.get(`/v1/standards/${id}`)).body.state, 'draft')
  t.equal((await w.post(`/v1/standards/${id}/publish`, { occurredAt: '2025-01-01T01:00:00+01:00' })).body.published.publishedAt, '2025-01-01T00:00:00.000Z')
  t.equal((await events(w)).at(-1)!.occurred_at, '2025-01-01T00:00:00.000Z')
  await w.patch(`/v1/standards/${id}`, { statement: 'new' })
  t.match((await w.post(`/v1/standards/${id}/publish`, { occurredAt: '2024-12-31T23:59:59.999Z' })).body, { code: 'invalid', errors: [{ path: 'occurredAt' }] })
  const empty = await create!(w, { targets: [] })
  t.match((await w.post(`/v1/standards/${empty.id}/publish`, {})).body, { code: 'invalid', errors: [{ path: 'targets' }] })
  await w.patch(`/v1/standards/${empty.id}`, { checklist: [{ name: 'Kind' }] })
  t.equal((await w.post(`/v1/standards/${empty.id}/publish`, {})).status, 200)
})

t.test('of two who publish at once one does, and an edit that races is in the draft or in the version', async t => {
  const w = await workspace()
  const { id } = await create!(w)
  const statuses = (await Promise.all(Array.from({ length: 6 }, () => w.post(`/v1/standards/${id}/publish`, {})))).map(({ status }) => status)
  t.same(statuses.toSorted(), [200, 409, 409, 409, 409, 409])
  t.equal((await events(w)).filter(({ type }) => type === 'standard.published').length, 1)
  await Promise.all(Array.from({ length: 6 }, (_, n) => w.patch(`/v1/standards/${id}`, { targets: [reply(n + 1)] })))
  const { body } = await w.get(`/v1/standards/${id}`)
  t.match(body, { version: 8, draft: { number: 2 } })
  t.equal((await w.get(`/v1/standards/${id}/versions?count=true`)).body.page.total, 2)
})

t.test('the order is changed as a whole: by versions that say so, and never by two at once', async t => {
  const w = await workspace()
  const made = []
  for (const name of ['a', 'b', 'c', 'd']) made.push(await create!(w, { name }))
  const [a, b, c, d] = made.map(({ id }) => id as string) as [string, string, string, string]
  await w.post(`/v1/standards/${a}/publish`, {})
  await w.post(`/v1/standards/${b}/publish`, {})
  await w.patch(`/v1/standards/${b}`, { statement: 'a draft' })
  const reordered = await w.post('/v1/standards/reorder', { ids: [b, a, c, d], apply: 'reapply' })
  t.same(reordered.body.standards.map(({ id, position }: { id: string, position: number }) => [id, position]), [[b, 1], [a, 2], [c, 3], [d, 4]])
  t.match(reordered.body.standards[0], { published: { number: 2, position: 1, apply: 'reapply', statement: null }, draft: { number: 3, statement: 'a draft' } })
  t.match(reordered.body.standards[2], { version: 1, position: 3 }, 'one that stays where it is does not change')
  t.same((await w.get('/v1/standards')).body.data.map(({ name }: { name: string }) => name), ['b', 'a', 'c', 'd'])
  t.match((await w.get(`/v1/standards/${b}/versions/1`)).body, { position: 2, publishedAt: '2026-03-02T10:00:00.000Z' })
  const before = (await w.get('/v1/standards')).body
  const theirs = await create!(await workspace())
  t.match((await w.post('/v1/standards/reorder', { ids: [a, b, c, theirs.id] })).body, { code: 'notFound', errors: [{ path: 'ids.3' }] })
  t.match((await w.post('/v1/standards/reorder', { ids: [a, b, c] })).body, { code: 'invalid', errors: [{ path: 'ids' }] })
  t.match((await w.post('/v1/standards/reorder', { ids: [a, b, c, c] })).body, { code: 'invalid', errors: [{ path: 'ids.3' }] })
  t.same((await w.get('/v1/standards')).body, before)

  const orders = [[a, b, c, d], [d, c, b, a], [b, d, a, c], [c, a, d, b]]
  const answers = await Promise.all(orders.map(ids => w.graphql('mutation ($ids: [ID!]!) { reorderStandards(input: { ids: $ids }) { standards { id } } }', { ids })))
  t.same(answers.map(({ data }) => data.reorderStandards.standards.map(({ id }: { id: string }) => id)), orders)
  const { data } = (await w.get('/v1/standards')).body
  t.same(data.map(({ position }: { position: number }) => position), [1, 2, 3, 4])
  t.ok(orders.some(ids => JSON.stringify(ids) === JSON.stringify(data.map(({ id }: { id: string }) => id))), 'one of the orders, whole')
  t.same((await Promise.all(Array.from({ length: 5 }, () => create!(w)))).map(({ position }) => position).toSorted(), [5, 6, 7, 8, 9])
})

t.test('an upsert writes the draft, and nothing when it is so already', async t => {
  const w = await workspace()
  const input = { name: 'U', default: true, targets: [reply(60)], checklist: [{ name: 'Kind' }] }
  t.match((await w.put('/v1/standards/external:u', input)).body, { outcome: 'created', resource: { state: 'draft' } })
  t.match((await w.put('/v1/standards/external:u', input)).body, { outcome: 'unchanged', resource: { version: 1 } })
  await w.post('/v1/standards/external:u/publish', {})
  t.match((await w.put('/v1/standards/external:u', input)).body, { outcome: 'unchanged', resource: { version: 2, draft: null } })
  t.match((await w.put('/v1/standards/external:u', { ...input, checklist: [] })).body, { outcome: 'updated', resource: { version: 3, draft: { number: 2, checklist: [] } } })
  t.same((await w.get('/v1/standards?state=published&audience=internal')).body.data.length, 1)
  t.same((await w.get('/v1/standards?state=draft')).body.data.length, 0)
})

t.test('what clocks get is kept until something is written, in whichever process', async t => {
  const w = await workspace()
  const calendar = await calendars!(w)
  const { id } = await create!(w)
  const ctx = systemContext(services, w.workspaceId, [])
  const before = await promisesOf(ctx)
  t.same([before.standards, [...before.calendars.keys()]], [[], [calendar.id]])
  t.equal(await promisesOf(ctx, before.revision), before, 'nothing is read again')
  await w.patch(`/v1/standards/${id}`, { statement: 'a draft is no promise yet' })
  t.equal(await promisesOf(ctx), before)
  await w.post(`/v1/standards/${id}/publish`, {})
  const after = await promisesOf(ctx)
  t.equal(after.standards.length, 1)
  t.equal(after.calendars.get(calendar.id), before.calendars.get(calendar.id))
  await w.post(`/v1/calendars/${calendar.id}/versions`, { effectiveFrom: '2027-01-01T00:00:00Z', timeZone: 'UTC', weekly: {} })
  t.not((await promisesOf(ctx)).calendars.get(calendar.id), before.calendars.get(calendar.id))
})

t.test('the public pledge is told to everybody, without what is internal, a draft or archived', async t => {
  const w = await workspace()
  const stranger = await w.withScopes([])
  const calendar = await calendars!(w)
  const publicly = async (fields: object) => {
    const { id } = await create!(w, { audience: 'public', ...fields })
    await w.post(`/v1/standards/${id}/publish`, {})
    return id as string
  }
  const first = await publicly({
    name: 'Hear back', statement: 'You hear back soon.', value: 'responsiveness',
    targets: [reply(7200, { seconds: { low: 7200, normal: 7200, high: 5400, urgent: 900 }, basis: 'business', calendarId: calendar.id }), { kind: 'periodicUpdate', seconds: { high: 86_400, urgent: 86_400 } }]
  })
  await w.patch(`/v1/standards/${first}`, { audience: 'internal', statement: 'not yet' })
  await create!(w, { audience: 'public' })
  await w.post(`/v1/standards/${(await create!(w)).id}/publish`, {})
  await w.post(`/v1/standards/${await publicly({})}/archive`)
  const pledge = await stranger.get(`/v1/public/w-${w.workspaceId}/pledge`)
  t.same(pledge.body, {
    workspace: 'Test', standards: [{
      id: first, name: 'Hear back', statement: 'You hear back soon.', value: 'responsiveness', origin: 'own', jurisdiction: null, source: null, since: '2026-03-02T10:00:00.000Z',
      targets: [
        { kind: 'firstReply', words: 'A first reply within 2 hours of business time; high: 1 hour and 30 minutes; urgent: 15 minutes', attainment90Days: null },
        { kind: 'periodicUpdate', words: 'An update at least every 24 hours (high and urgent)', attainment90Days: null }
      ]
    }]
  })
  t.equal(pledge.headers['cache-control'], 'public, max-age=300')
  const etag = pledge.headers.etag!
  t.equal((await stranger.get(`/v1/public/${w.workspaceId}/pledge`, { 'if-none-match': etag })).status, 304)
  const { data } = await stranger.graphql('query ($w: String!) { pledge(workspace: $w) { workspace standards { id targets { words } } } }', { w: w.workspaceId })
  t.same([data.pledge.workspace, data.pledge.standards.map(({ id }: { id: string }) => id)], ['Test', [first]])
  await w.post(`/v1/standards/${first}/publish`, {})
  const empty = await stranger.get(`/v1/public/${w.workspaceId}/pledge`, { 'if-none-match': etag })
  t.same([empty.status, empty.body.standards], [200, []])
  t.match((await stranger.get('/v1/public/nobody/pledge')).body, { code: 'notFound' })
})
