import t from 'tap'
import { systemContext, transact } from '../../src/context.js'
import { rows } from '../../src/db/connection.js'
import { checkAssignableTeam } from '../../src/resources/teams/team.service.js'
import { startApp, type Workspace } from '../support/app.js'

const { workspace, services } = await startApp(t)
const names = (list: Array<{ name: string }>) => list.map(({ name }) => name)

async function agents (w: Workspace, ...all: string[]): Promise<string[]> {
  const ids = []
  for (const name of all) ids.push((await w.post('/v1/agents', { name, email: `${name}@example.com`, externalId: name })).body.id as string)
  return ids
}

t.test('a team made by REST is the same team by GraphQL', async t => {
  const w = await workspace()
  const made = await w.post('/v1/teams', { name: 'Billing', description: 'Money', externalId: 't-1' })
  t.match([made.status, made.headers.location], [201, `/v1/teams/${made.body.id}`])
  t.match(made.body, { name: 'Billing', description: 'Money', externalId: 't-1', memberIds: [], archivedAt: null, version: 1 })
  t.same((await w.get('/v1/teams/external:t-1')).body, made.body)
  const { data } = await w.graphql('{ team(id: "external:t-1") { id externalId version createdAt updatedAt name description memberIds archivedAt members { id } } }')
  t.same(data.team, { ...made.body, members: [] })
  t.match((await w.post('/v1/teams', { name: 'BILLING' })).body, { code: 'conflict', errors: [{ path: 'name' }] })
  t.equal((await (await workspace()).get(`/v1/teams/${made.body.id}`)).status, 404)
  t.equal((await w.get('/v1/teams?count=true')).body.page.total, 1)
})

t.test('members are set whole, added one by one and taken out; each change is one version and one event', async t => {
  const w = await workspace()
  const [a, b, c] = await agents(w, 'a', 'b', 'c')
  const { body: { id } } = await w.post('/v1/teams', { name: 'T' })
  t.match((await w.put(`/v1/teams/${id}/members`, { agentIds: [b, a, b] })).body, { memberIds: [a, b], version: 2 })
  t.match((await w.put(`/v1/teams/${id}/members`, { agentIds: [a, b] })).body, { version: 2 })
  t.match((await w.post(`/v1/teams/${id}/members`, { agentId: c })).body, { memberIds: [a, b, c], version: 3 })
  t.match((await w.post(`/v1/teams/${id}/members`, { agentId: c })).body, { version: 3 })
  t.equal((await w.delete(`/v1/teams/${id}/members/external:a`)).status, 204)
  t.match((await w.delete(`/v1/teams/${id}/members/${a}`)).body, { code: 'notFound' })
  const removed = await w.graphql('mutation ($id: ID!, $b: ID!) { removeTeamMember(id: $id, agentId: $b) { memberIds members { name teams { name } } } }', { id, b })
  t.same(removed.data.removeTeamMember, { memberIds: [c], members: [{ name: 'c', teams: [{ name: 'T' }] }] })
  t.match((await w.put(`/v1/teams/${id}/members`, { agentIds: [] }, { 'if-match': '"4"' })).body, { code: 'preconditionFailed' })
  t.match((await w.get(`/v1/teams/${id}`)).body, { memberIds: [c], version: 5 })
  const events = await rows<{ changes: object, resource: { memberIds: string[] } }>(services.database.read,
    'select changes, resource from events where workspace_id = $1 and type = \'team.membersChanged\' order by sequence', [w.workspaceId])
  t.same(events.map(event => event.changes), [
    { memberIds: { from: [], to: [a, b] } }, { memberIds: { from: [a, b], to: [a, b, c] } },
    { memberIds: { from: [a, b, c], to: [b, c] } }, { memberIds: { from: [b, c], to: [c] } }
  ])
  t.same(events.map(event => event.resource.memberIds), [[a, b], [a, b, c], [b, c], [c]])
})

t.test('agents of another workspace do not exist, and nothing is changed', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const [mine] = await agents(w, 'mine')
  const [theirs] = await agents(other, 'theirs')
  const { body: { id } } = await w.post('/v1/teams', { name: 'T' })
  t.match((await w.put(`/v1/teams/${id}/members`, { agentIds: [mine, theirs] })).body,
    { code: 'notFound', errors: [{ path: 'agentIds.1', message: 'names no agent of this workspace' }] })
  t.match((await w.post(`/v1/teams/${id}/members`, { agentId: theirs })).body, { code: 'notFound', errors: [{ path: 'agentId' }] })
  t.equal((await w.delete(`/v1/teams/${id}/members/${theirs}`)).status, 404)
  t.equal((await other.put(`/v1/teams/${id}/members`, { agentIds: [theirs] })).status, 404)
  t.match((await w.get(`/v1/teams/${id}`)).body, { memberIds: [], version: 1 })
})

t.test('joins that race are all kept', async t => {
  const w = await workspace()
  const ids = await agents(w, ...Array.from({ length: 10 }, (_, n) => `r${n}`))
  const { body: { id } } = await w.post('/v1/teams', { name: 'T' })
  await Promise.all(ids.map(agentId => w.post(`/v1/teams/${id}/members`, { agentId })))
  t.match((await w.get(`/v1/teams/${id}`)).body, { memberIds: ids.toSorted(), version: 11 })
  const events = await rows<{ resource: { memberIds: string[] } }>(services.database.read,
    'select resource from events where workspace_id = $1 and type = \'team.membersChanged\' order by (resource->>\'version\')::int', [w.workspaceId])
  t.same(events.map(({ resource }) => resource.memberIds.length), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

t.test('members come beside their ids when asked for, and a reader of teams alone needs no other scope', async t => {
  const w = await workspace()
  const [a, b] = await agents(w, 'a', 'b')
  for (const [name, agentIds] of [['One', [a, b]], ['Two', [b]]] as const) {
    const { body } = await w.post('/v1/teams', { name })
    await w.put(`/v1/teams/${body.id}/members`, { agentIds })
  }
  const reader = await w.withScopes(['agents:read'])
  const { body } = await reader.get('/v1/teams?expand=members')
  t.same(body.data.map((team: { members: Array<{ name: string }> }) => names(team.members)), [['a', 'b'], ['b']])
  t.notOk('members' in (await reader.get('/v1/teams')).body.data[0])
  t.same(names((await reader.get(`/v1/teams/${body.data[0].id}?expand=members`)).body.members), ['a', 'b'])
  t.equal((await reader.get('/v1/teams?expand=friends')).status, 422)
  const { data } = await reader.graphql('{ agents { nodes { name teams { name members { name } } } } }')
  t.same(data.agents.nodes, [
    { name: 'a', teams: [{ name: 'One', members: [{ name: 'a' }, { name: 'b' }] }] },
    { name: 'b', teams: [{ name: 'One', members: [{ name: 'a' }, { name: 'b' }] }, { name: 'Two', members: [{ name: 'b' }] }] }
  ])
  t.equal((await reader.post('/v1/teams', { name: 'Three' })).status, 403)
})

t.test('an archived team is given nothing; filters and pages', async t => {
  const w = await workspace()
  const [a] = await agents(w, 'a')
  const { body: one } = await w.post('/v1/teams', { name: 'One' })
  await w.post('/v1/teams', { name: 'Two' })
  await w.put('/v1/teams/external:3', { name: 'Three' })
  t.equal((await w.put('/v1/teams/external:3', { name: 'Three' })).body.outcome, 'unchanged')
  await w.post(`/v1/teams/${one.id}/members`, { agentId: a })
  const check = () => transact(systemContext(services, w.workspaceId, []), ctx => checkAssignableTeam(ctx, one.id, 'teamId'))
  await check()
  t.match((await w.post(`/v1/teams/${one.id}/archive`)).body, { archivedAt: '2026-03-02T10:00:00.000Z', memberIds: [a] })
  await t.rejects(check(), { code: 'conflict', errors: [{ path: 'teamId' }] })
  t.same(names((await w.get('/v1/teams?archived=true')).body.data), ['One'])
  t.same(names((await w.get('/v1/teams?archived=false')).body.data), ['Three', 'Two'])
  t.same(names((await w.get(`/v1/teams?agentId=${a}`)).body.data), ['One'])
  const { data } = await w.graphql('query ($a: ID!) { teams(filter: { not: { agentId: { eq: $a } } }, sort: nameDesc) { nodes { name } totalCount } }', { a })
  t.same(data.teams, { nodes: [{ name: 'Two' }, { name: 'Three' }], totalCount: 2 })
  const first = await w.get('/v1/teams?limit=2&sort=createdAtDesc')
  t.same(names((await w.get(`/v1/teams?limit=2&sort=createdAtDesc&after=${first.body.page.endCursor}`)).body.data), ['One'])
  t.equal((await w.post(`/v1/teams/${one.id}/unarchive`)).body.archivedAt, null)
  t.match((await w.patch(`/v1/teams/${one.id}`, { name: 'two' })).body, { code: 'conflict' })
})
