import t from 'tap'
import { rows } from '../../../src/db/connection.js'
import { onContactErased, onContactMerged } from '../../../src/resources/contacts/contact.service.js'
import { startApp, type Workspace } from '../../support/app.js'

const { workspace, services } = await startApp(t)
const make = async (w: Workspace, body: object) => (await w.post('/v1/contacts', body)).body
const eventsOf = (w: Workspace) => rows<{ type: string, subject_id: string, resource: Record<string, unknown>, changes: Record<string, unknown> | null }>(services.database.read,
  'select type, subject_id, resource, changes from events where workspace_id = $1 and subject_type = \'contact\' order by sequence', [w.workspaceId])

t.test('the survivor keeps what it has and gets what it lacks; the old id reads as the survivor on both faces', async t => {
  const w = await workspace()
  for (const key of ['plan', 'seats']) await w.post('/v1/attributes', { on: 'contact', key, name: key, type: 'text' })
  const from = await make(w, { name: 'Ada L', email: 'ada@example.com', externalId: 'crm-1', language: 'en', attributes: { plan: 'old', seats: '1' } })
  const into = await make(w, { name: 'Ada', email: 'a@example.org', attributes: { plan: 'new' } })
  const seen: object[] = []
  const hook = async (_: unknown, merge: object) => { seen.push(merge) }
  onContactMerged.push(hook)
  const merged = await w.post(`/v1/contacts/${from.id}/merge`, { intoId: into.id })
  onContactMerged.splice(onContactMerged.indexOf(hook), 1)
  t.match([merged.status, merged.body], [200, {
    id: into.id, name: 'Ada', externalId: 'crm-1', email: 'a@example.org', language: 'en', attributes: { plan: 'new', seats: '1' }, version: 2,
    identities: [{ value: 'a@example.org' }, { value: 'ada@example.com' }], mergedIntoId: null
  }])
  t.same(seen, [{ fromId: from.id, intoId: into.id }])
  const old = await w.get(`/v1/contacts/${from.id}`)
  t.match([old.status, old.headers['content-location'], old.headers.etag], [200, `/v1/contacts/${into.id}`, '"2"'])
  t.same(old.body, merged.body)
  t.equal((await w.get(`/v1/contacts/${into.id}`)).headers['content-location'], undefined)
  t.equal((await w.get('/v1/contacts/external:crm-1')).headers['content-location'], undefined)
  t.same((await w.graphql('query ($id: ID!) { contact(id: $id) { id } }', { id: from.id })).data.contact, { id: into.id })
  t.match((await w.patch(`/v1/contacts/${from.id}`, { timeZone: 'UTC' })).body, { id: into.id, timeZone: 'UTC', version: 3 })
  t.same((await w.get('/v1/contacts?count=true')).body.page.total, 1)
  const events = (await eventsOf(w)).slice(2)
  t.same(events.map(({ type, subject_id: subject }) => [type, subject]), [['contact.merged', from.id], ['contact.updated', into.id], ['contact.updated', into.id]])
  t.match(events[0], { resource: { mergedIntoId: into.id, identities: [], version: 2 }, changes: { mergedIntoId: { from: null, to: into.id } } })
})

t.test('merging again changes nothing; into itself, a stranger or with a stale version is refused', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const [a, b] = [await make(w, { name: 'A', externalId: 'a' }), await make(w, { name: 'B', externalId: 'b' })]
  const theirs = await make(other, { name: 'Theirs' })
  t.match((await w.post(`/v1/contacts/${a.id}/merge`, { intoId: a.id })).body, { code: 'invalid', errors: [{ path: 'intoId' }] })
  t.match((await w.post(`/v1/contacts/${a.id}/merge`, { intoId: theirs.id })).body, { code: 'notFound', errors: [{ path: 'intoId' }] })
  t.equal((await w.post(`/v1/contacts/${theirs.id}/merge`, { intoId: a.id })).status, 404)
  t.equal((await w.post(`/v1/contacts/${a.id}/merge`, { intoId: b.id }, { 'if-match': '"2"' })).status, 412)
  t.same([(await w.get(`/v1/contacts/${a.id}`)).body, (await w.get(`/v1/contacts/${b.id}`)).body], [a, b])
  const once = await w.graphql('mutation ($a: ID!, $b: ID!) { mergeContact(id: $a, input: { intoId: $b }, ifVersion: 1) { id version } }', { a: a.id, b: b.id })
  t.same(once.data.mergeContact, { id: b.id, version: 1 })
  t.match((await w.post(`/v1/contacts/${a.id}/merge`, { intoId: b.id })).body, { id: b.id, version: 1 })
  t.match((await w.get('/v1/contacts/external:a')).body, { id: b.id, externalId: 'b' })
  t.equal((await w.get('/v1/contacts/external:a')).headers['content-location'], `/v1/contacts/${b.id}`)
  t.match((await w.put('/v1/contacts/external:a', { name: 'B2' })).body, { outcome: 'updated', resource: { id: b.id, name: 'B2' } })
})

t.test('a chain of merges leads to its end in one step, also when they race in a circle', async t => {
  const w = await workspace()
  const all: Array<{ id: string }> = []
  for (let n = 0; n < 6; n++) all.push(await make(w, { name: `c${n}`, email: `c${n}@example.com` }))
  const statuses = (await Promise.all(all.map(({ id }, n) => w.post(`/v1/contacts/${id}/merge`, { intoId: all[(n + 1) % 6]!.id })))).map(({ status }) => status)
  t.ok(statuses.every(status => status === 200 || status === 422), String(statuses))
  const { body } = await w.get('/v1/contacts')
  t.equal(body.data.length, 1)
  t.equal(body.data[0].identities.length, 6)
  for (const { id } of all) t.equal((await w.get(`/v1/contacts/${id}`)).body.id, body.data[0].id)
  const chains = await rows<{ n: number }>(services.database.read, `select count(*)::integer as n from contacts a join contacts b
    on b.workspace_id = a.workspace_id and b.id = a.merged_into_id where a.workspace_id = $1 and b.merged_into_id is not null`, [w.workspaceId])
  t.equal(chains[0]!.n, 0)
})

t.test('a merge that races upserts of the one that goes loses no write', async t => {
  const w = await workspace()
  for (let round = 0; round < 5; round++) {
    const from = await make(w, { name: 'From', externalId: `f${round}` })
    const into = await make(w, { name: 'Into', externalId: `i${round}` })
    const writes = Array.from({ length: 6 }, (_, n) => w.put(`/v1/contacts/external:f${round}`, { identities: [{ kind: 'email', value: `r${round}.${n}@example.com` }] }))
    const answers = await Promise.all([w.post(`/v1/contacts/${from.id}/merge`, { intoId: into.id }), ...writes])
    t.same(answers.map(({ status }) => status), Array(7).fill(200))
    t.equal((await w.get(`/v1/contacts/external:f${round}`)).body.id, into.id)
    t.equal((await w.get(`/v1/contacts/${into.id}`)).body.identities.length, 6)
  }
})

t.test('what is erased is gone, from the contact, from those merged into it and from the events', async t => {
  const w = await workspace()
  await w.post('/v1/attributes', { on: 'contact', key: 'plan', name: 'Plan', type: 'text' })
  const gone = await make(w, { name: 'Ada Lovelace', email: 'ada@example.com', externalId: 'crm-1' })
  const stays = await make(w, { name: 'Ada Byron', phone: '+431234567', externalId: 'crm-2', language: 'en', timeZone: 'Europe/London', attributes: { plan: 'x' } })
  const witness = await make(w, { name: 'Grace', email: 'grace@example.com' })
  await w.post(`/v1/contacts/${gone.id}/merge`, { intoId: stays.id })
  const seen: Array<{ contactIds: string[] }> = []
  const hook = async (_: unknown, erased: { contactIds: string[] }) => { seen.push(erased) }
  onContactErased.push(hook)
  const erased = await w.post(`/v1/contacts/${stays.id}/erase`)
  onContactErased.splice(onContactErased.indexOf(hook), 1)
  t.match(erased.body, {
    id: stays.id, externalId: null, name: null, email: null, phone: null, identities: [], companyId: null, language: null, timeZone: null,
    attributes: {}, erasedAt: '2026-03-02T10:00:00.000Z', version: 3
  })
  t.same(seen, [{ contactIds: [stays.id, gone.id] }])
  const left = await rows<{ whole: string }>(services.database.read, `select c::text as whole from contacts c where workspace_id = $1 and id <> $2
    union all select i::text from contact_identities i where workspace_id = $1 and contact_id <> $2
    union all select e::text from events e where workspace_id = $1 and subject_id <> $2`, [w.workspaceId, witness.id])
  t.equal(left.length, 2 + 6)
  t.notMatch(left.map(({ whole }) => whole).join('\n'), /Ada |Byron|Lovelace|example\.com|crm-|431234567|London/)
  t.same((await eventsOf(w)).map(({ type, resource }) => [type, resource.name]),
    [['contact.created', undefined], ['contact.created', undefined], ['contact.created', 'Grace'], ['contact.merged', undefined],
      ['contact.updated', undefined], ['contact.erased', null]])
  t.match((await w.post(`/v1/contacts/${gone.id}/erase`)).body, { id: stays.id, version: 3 })
  t.match((await w.patch(`/v1/contacts/${stays.id}`, { name: 'Ada' })).body, { code: 'conflict' })
  t.match((await w.post(`/v1/contacts/${stays.id}/addIdentity`, { kind: 'email', value: 'ada@example.com' })).body, { code: 'conflict' })
  t.equal((await w.post(`/v1/contacts/${witness.id}/merge`, { intoId: stays.id })).status, 409)
  t.same((await w.get(`/v1/contacts/${witness.id}`)).body, witness)
  t.same((await w.get(`/v1/contacts/${stays.id}`)).body, erased.body)
  t.equal((await w.put('/v1/contacts/external:crm-1', { email: 'ada@example.com' })).body.outcome, 'created')
})
