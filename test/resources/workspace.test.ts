import t from 'tap'
import { startApp } from '../support/app.js'

const { workspace } = await startApp(t)

t.test('a workspace is the caller\'s own, the same on both faces', async t => {
  const w = await workspace()
  const { status, body, headers } = await w.get('/v1/workspace')
  t.equal(status, 200)
  t.equal(headers.etag, '"1"')
  t.match(body, { id: w.workspaceId, name: 'Test', slug: `w-${w.workspaceId}`, timeZone: 'UTC', settings: { publicPledgeAttainment: false }, version: 1 })
  t.equal((await w.get('/v1/workspace', { 'if-none-match': '"1"' })).status, 304)
  const { data } = await w.graphql('{ workspace { id name slug timeZone settings { publicPledgeAttainment statuses { name status } } version createdAt updatedAt } }')
  t.same(data.workspace, body)
})

t.test('it changes by either face; settings that are absent stay; a stale change is refused', async t => {
  const w = await workspace()
  const changed = await w.patch('/v1/workspace', { name: 'Ocean', timeZone: 'Europe/Vienna', settings: { publicPledgeAttainment: true } }, { 'if-match': '"1"' })
  t.match(changed.body, { name: 'Ocean', timeZone: 'Europe/Vienna', settings: { publicPledgeAttainment: true }, version: 2 })
  t.equal((await w.patch('/v1/workspace', { settings: {} })).body.version, 2, 'nothing changed')
  const stale = await w.patch('/v1/workspace', { name: 'Sea' }, { 'if-match': '"1"' })
  t.equal(stale.body.code, 'preconditionFailed')
  const { errors } = await w.graphql('mutation { updateWorkspace(input: { name: "Sea" }, ifVersion: 1) { id } }')
  t.equal(errors?.[0]?.extensions.code, 'preconditionFailed')
  const { data } = await w.graphql('mutation { updateWorkspace(input: { slug: "s-new-slug", name: "Sea" }, ifVersion: 2) { name timeZone version settings { publicPledgeAttainment } } }'.replace('s-new-slug', `s-${w.workspaceId}`))
  t.same(data.updateWorkspace, { name: 'Sea', timeZone: 'Europe/Vienna', version: 3, settings: { publicPledgeAttainment: true } })
  const { body: { data: events } } = await w.get('/v1/events?type=workspace.updated')
  t.match(events.map((event: any) => event.changes), [
    { name: { from: 'Test', to: 'Ocean' }, timeZone: { from: 'UTC', to: 'Europe/Vienna' }, settings: { from: { publicPledgeAttainment: false }, to: { publicPledgeAttainment: true } } },
    { name: { from: 'Ocean', to: 'Sea' } }
  ])
})

t.test('what is no time zone, no slug or somebody\'s slug is refused, and nothing changes', async t => {
  const [w, other] = [await workspace(), await workspace()]
  for (const timeZone of ['Mars/Olympus', '+02:00', '']) {
    t.match((await w.patch('/v1/workspace', { timeZone })).body, { code: 'invalid', errors: [{ path: 'timeZone' }] })
  }
  for (const slug of ['Ocean', '-a', 'a b', 'a'.repeat(64)]) t.match((await w.patch('/v1/workspace', { slug })).body, { code: 'invalid', errors: [{ path: 'slug' }] })
  t.match((await w.patch('/v1/workspace', { name: 'Mine', slug: `w-${other.workspaceId}` })).body, { code: 'conflict', errors: [{ path: 'slug', message: 'is already taken' }] })
  t.match((await w.patch('/v1/workspace', { settings: { colour: 'red' } })).body, { code: 'invalid', errors: [{ path: 'settings.colour' }] })
  t.match((await w.get('/v1/workspace')).body, { name: 'Test', timeZone: 'UTC', version: 1 })
})
