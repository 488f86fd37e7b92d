import t from 'tap'
import { systemContext, transact, type Context } from '../../../src/context.js'
import { rows } from '../../../src/db/connection.js'
import { findOrCreateByIdentity, mergeContact, type ArrivingIdentity, type FoundContact } from '../../../src/resources/contacts/contact.service.js'
import { startApp, type Workspace } from '../../support/app.js'

const { workspace, services } = await startApp(t)
const email = (value: string): ArrivingIdentity => ({ kind: 'email', value })
const phone = (value: string): ArrivingIdentity => ({ kind: 'phone', value })
const own = (value: string): ArrivingIdentity => ({ kind: 'externalId', value })
const inside = <T>(w: Workspace, verb: (ctx: Context) => Promise<T>) => transact(systemContext(services, w.workspaceId, ['contacts:write', 'contacts:read']), verb)
const arrive = (w: Workspace, identities: ArrivingIdentity[], arrival = {}): Promise<FoundContact> =>
  inside(w, ctx => findOrCreateByIdentity(ctx, identities, arrival))
const make = async (w: Workspace, body: object) => (await w.post('/v1/contacts', body)).body
const total = async (w: Workspace) => (await w.get('/v1/contacts?count=true')).body.page.total
const values = async (w: Workspace, id: string) => (await w.get(`/v1/contacts/${id}`)).body.identities.map(({ value }: { value: string }) => value)

t.test('a stranger is made once, and found with everything a conversation needs', async t => {
  const w = await workspace()
  const made = await arrive(w, [phone('+43 1 234567'), email('Ada@Example.com')], { name: 'Ada', language: 'de' })
  t.match(made, { companyId: null, tier: null, language: 'de', attributes: {}, companyAttributes: {}, blockedAt: null, created: true })
  const contact = (await w.get(`/v1/contacts/${made.id}`)).body
  t.match(contact, { name: 'Ada', email: 'ada@example.com', phone: '+431234567', version: 1 })
  const [event] = await rows<{ resource: object, type: string }>(services.database.read, 'select type, resource from events where workspace_id = $1', [w.workspaceId])
  t.same(event, { type: 'contact.created', resource: contact })
  for (const [on, key] of [['contact', 'plan'], ['company', 'seats']]) await w.post('/v1/attributes', { on, key, name: 'x', type: 'text' })
  const company = (await w.post('/v1/companies', { name: 'C', tier: 'gold', attributes: { seats: '3' } })).body
  await w.patch(`/v1/contacts/${made.id}`, { companyId: company.id, attributes: { plan: 'team' } })
  t.strictSame(await arrive(w, [email('ada@example.com')], { name: 'Other', language: 'en' }), {
    id: made.id, companyId: company.id, tier: 'gold', language: 'de', attributes: { plan: 'team' }, companyAttributes: { seats: '3' }, blockedAt: null, created: false
  })
  t.match((await w.get(`/v1/contacts/${made.id}`)).body, { name: 'Ada', version: 2 })
  const other = await workspace()
  t.not((await arrive(other, [email('ada@example.com')])).id, made.id)
})

t.test('twenty at once make one contact, one event, whatever names it', async t => {
  for (const identities of [[email('one@example.com'), phone('+431111111')], [own('crm-1'), email('one@example.com')], [own('crm-1')]]) {
    const w = await workspace()
    const found = await Promise.all(Array.from({ length: 20 }, () => arrive(w, identities.toReversed())))
    t.equal(new Set(found.map(({ id }) => id)).size, 1)
    t.equal(found.filter(({ created }) => created).length, 1)
    t.equal(await total(w), 1)
    t.equal((await values(w, found[0]!.id)).length, identities.filter(({ kind }) => kind !== 'externalId').length)
    t.equal((await rows(services.database.read, 'select 1 from events where workspace_id = $1', [w.workspaceId])).length, 1)
  }
})

t.test('what a found contact lacks is added: identities, an external id, a name', async t => {
  const w = await workspace()
  const { id } = await make(w, { email: 'ada@example.com' })
  t.match(await arrive(w, [email('ada@example.com'), phone('+431234567'), { kind: 'handle', provider: 'telegram', value: 'ada' }]), { id, created: false })
  t.same(await values(w, id), ['ada@example.com', '+431234567', 'ada'])
  t.match(await arrive(w, [own('crm-1'), phone('+431234567')], { name: 'Ada' }), { id })
  t.match((await w.get('/v1/contacts/external:crm-1')).body, { id, name: 'Ada', version: 3 })
  t.match(await arrive(w, [own('crm-1'), phone('+431234567')], { name: 'Ada L' }), { id })
  t.match((await w.get(`/v1/contacts/${id}`)).body, { name: 'Ada', version: 3 })
  const events = await rows<{ type: string }>(services.database.read, 'select type from events where workspace_id = $1 order by sequence', [w.workspaceId])
  t.same(events.map(({ type }) => type), ['contact.created', 'contact.updated', 'contact.updated'])
})

t.test('where identities are of two contacts the first kind in order wins, and the other keeps its own', async t => {
  const w = await workspace()
  const [ada, bob] = [await make(w, { email: 'ada@example.com' }), await make(w, { phone: '+431234567', externalId: 'bob' })]
  t.match(await arrive(w, [phone('+431234567'), email('ada@example.com')]), { id: ada.id })
  t.match(await arrive(w, [email('ada@example.com'), own('bob')]), { id: bob.id })
  t.same([await values(w, ada.id), await values(w, bob.id)], [['ada@example.com'], ['+431234567']])
  const third = await arrive(w, [own('carol'), phone('+431234567'), email('carol@example.com')])
  t.equal(third.created, true)
  t.match((await w.get(`/v1/contacts/${third.id}`)).body, { externalId: 'carol', phone: null, email: 'carol@example.com' })
  t.same(await values(w, bob.id), ['+431234567'])
  t.equal(await total(w), 3)
})

t.test('merges are followed, erased ones are not found, and what is no identity is named', async t => {
  const w = await workspace()
  const [from, into] = [await make(w, { email: 'old@example.com', externalId: 'old' }), await make(w, { email: 'new@example.com', externalId: 'new' })]
  await w.post(`/v1/contacts/${from.id}/merge`, { intoId: into.id })
  t.match(await arrive(w, [email('old@example.com')]), { id: into.id, created: false })
  t.match(await arrive(w, [own('old'), email('old@example.com')]), { id: into.id, created: false })
  t.match((await w.get(`/v1/contacts/${into.id}`)).body, { externalId: 'new', version: 2 })
  await w.post(`/v1/contacts/${into.id}/erase`)
  t.match(await arrive(w, [email('old@example.com')]), { created: true })
  await t.rejects(arrive(w, []), { code: 'invalid', errors: [{ path: 'identities' }] })
  await t.rejects(arrive(w, [email('x@example.com'), phone('call me')]), { errors: [{ path: 'identities.1.value' }] })
  t.equal(await total(w), 2)
})

t.test('messages that race a merge all end at the survivor', async t => {
  const w = await workspace()
  for (let round = 0; round < 5; round++) {
    const from = await make(w, { email: `f${round}@example.com` })
    const into = await make(w, { name: 'Into' })
    const arrivals = Array.from({ length: 10 }, (_, n) => arrive(w, [email(`f${round}@example.com`), phone(`+43100${round}${n}00`)]))
    await Promise.all([inside(w, ctx => mergeContact(ctx, from.id, into.id)), ...arrivals])
    const survivor = (await w.get(`/v1/contacts/${from.id}`)).body
    t.equal(survivor.id, into.id)
    t.equal(survivor.identities.length, 11)
  }
  t.equal(await total(w), 5)
})

t.test('a contact that a transaction has found is not merged away under it', async t => {
  const w = await workspace()
  const from = await make(w, { email: 'f@example.com' })
  const into = await make(w, { name: 'Into' })
  let merged = false
  let merging: Promise<unknown> | undefined
  await inside(w, async ctx => {
    const found = await findOrCreateByIdentity(ctx, [email('f@example.com')])
    merging = inside(w, async ctx => {
      await mergeContact(ctx, from.id, into.id)
      merged = true
    })
    const waits = async () => (await rows(services.database.read, `select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%for update%'`)).length
    for (let asked = 0; asked < 10_000 && !await waits(); asked++);
    t.ok(await waits())
    t.equal(merged, false)
    t.match((await ctx.db.$client.query({ text: 'select merged_into_id from contacts where id = $1', values: [found.id] })).rows, [{ merged_into_id: null }])
  })
  await merging
  t.equal(merged, true)
})

t.test('two adoptions of one external id end with one owner of it', async t => {
  for (let round = 0; round < 5; round++) {
    const w = await workspace()
    const ids = [await make(w, { email: 'a@example.com' }), await make(w, { email: 'b@example.com' })].map(({ id }) => id as string)
    const found = await Promise.all([arrive(w, [own('crm'), email('a@example.com')]), arrive(w, [own('crm'), email('b@example.com')])])
    const owner = (await w.get('/v1/contacts/external:crm')).body.id
    t.ok(ids.includes(owner))
    t.same(found.map(({ id }) => id), [owner, owner])
    t.equal(await total(w), 2)
    t.equal((await rows(services.database.read, 'select 1 from events where workspace_id = $1 and type = \'contact.updated\'', [w.workspaceId])).length, 1)
  }
})
