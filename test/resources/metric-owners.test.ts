import t from 'tap'
import { startApp } from '../support/app.js'
import { factories } from '../support/factories.js'

const { workspace } = await startApp(t)

t.test('a metric has an owner who champions it, shown in the catalogue of their workspace alone', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const [agent, next] = [await factories.agents!(w), await factories.agents!(w)]
  t.equal((await w.get('/v1/metrics/reopenRate')).body.owner, null)
  const { status, body: owner, headers } = await w.put('/v1/metrics/reopenRate/owner', { agentId: agent.id, why: 'Solved the first time.' })
  t.match([status, headers.etag, owner], [200, '"1"', { metric: 'reopenRate', agentId: agent.id, why: 'Solved the first time.', version: 1 }])
  const metric = await w.get('/v1/metrics/reopenRate', { 'if-none-match': '"1"' })
  t.match([metric.status, metric.body.owner], [200, owner])
  t.same((await w.get('/v1/metrics')).body.data.filter(({ owner }: any) => owner).map(({ name }: any) => name), ['reopenRate'])
  t.equal((await other.get('/v1/metrics/reopenRate')).body.owner, null)
  t.match((await w.put('/v1/metrics/reopenRate/owner', { agentId: agent.id, why: 'Solved the first time.' })).body, { version: 1 })
  t.match((await w.put('/v1/metrics/reopenRate/owner', { agentId: next.id, why: 'x' }, { 'if-match': '"2"' })).body, { code: 'preconditionFailed' })
  const set = await w.graphql('mutation ($input: SetMetricOwner!) { setMetricOwner(name: "reopenRate", input: $input, ifVersion: 1) { version agent { id } } }', { input: { agentId: next.id, why: 'New.' } })
  t.same(set.data.setMetricOwner, { version: 2, agent: { id: next.id } })
  t.same((await w.graphql('{ metric(name: "reopenRate") { owner { why agent { id } } } }')).data.metric.owner, { why: 'New.', agent: { id: next.id } })
  t.equal((await w.put('/v1/metrics/speed/owner', { agentId: agent.id, why: 'x' })).status, 404)
  t.match((await other.put('/v1/metrics/reopenRate/owner', { agentId: agent.id, why: 'x' })).body, { code: 'notFound', errors: [{ path: 'agentId' }] })
  t.equal((await w.delete('/v1/metrics/reopenRate/owner')).status, 204)
  t.equal((await w.delete('/v1/metrics/reopenRate/owner')).status, 404)
  t.same((await w.get('/v1/events?limit=100')).body.data.map(({ type }: any) => type).filter((type: string) => type.startsWith('metricOwner')),
    ['metricOwner.set', 'metricOwner.set', 'metricOwner.removed'])
})
