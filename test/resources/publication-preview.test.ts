import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { startApp } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { workspace, clock, services } = await startApp(t)
const every = (seconds: number) => ({ low: seconds, normal: seconds, high: seconds, urgent: seconds })
const target = (kind: string, seconds = 3600) => ({ kind, seconds: every(seconds) })

t.test('counts what a publication would do, both ways, and then it does that', async t => {
  const w = await workspace()
  const { inbound, ann } = await supportTeam(w)
  const made = (await w.post('/v1/standards', { name: 'Care', default: true, targets: [target('firstReply'), target('firstResolution', 86_400)] })).body
  await w.post(`/v1/standards/${made.id}/publish`, {})
  clock.advance(60_000)
  const ids: string[] = []
  for (const n of [1, 2, 3]) ids.push((await inbound(`m-${n}`, { externalThreadId: `t-${n}` })).body.conversationId)
  const agent = { actor: { kind: 'agent', id: ann.id } }
  await w.post(`/v1/conversations/${ids[1]}/reply`, { text: 'hello', ...agent })
  await w.post(`/v1/conversations/${ids[2]}/resolve`, agent)
  clock.advance(60_000)
  await w.patch(`/v1/standards/${made.id}`, { targets: [target('firstReply', 60), target('requesterWait')] })
  const kept = async () => (await rows<{ n: number }>(services.database.read, `select (select count(*) from events where workspace_id = $1) + (select sum(version) from conversations where workspace_id = $1)
    + (select sum(version) from clocks where workspace_id = $1) as n`, [w.workspaceId]))[0]
  const before = await kept()
  const path = `/v1/standards/${made.id}/previewPublication`
  const { status, body } = await w.post(path)
  t.equal(status, 200)
  t.same(body, {
    conversations: 2,
    keep: { conversations: 2, targets: [{ target: 'firstReply', kept: 1, changed: 0, cancelled: 0, started: 0 }, { target: 'firstResolution', kept: 2, changed: 0, cancelled: 0, started: 0 },
      { target: 'requesterWait', kept: 0, changed: 0, cancelled: 0, started: 2 }] },
    reapply: { conversations: 2, targets: [{ target: 'firstReply', kept: 0, changed: 1, cancelled: 0, started: 0 }, { target: 'firstResolution', kept: 0, changed: 0, cancelled: 2, started: 0 },
      { target: 'requesterWait', kept: 0, changed: 0, cancelled: 0, started: 2 }] }
  })
  t.same(await kept(), before, 'nothing was changed')
  const effect = 'conversations targets { target kept changed cancelled started }'
  const { data, errors } = await w.graphql(`query ($id: ID!) { previewPublication(id: $id) { conversations keep { ${effect} } reapply { ${effect} } } }`, { id: made.id })
  t.equal(errors, undefined)
  t.same(data.previewPublication, body)

  await w.post(`/v1/standards/${made.id}/publish`, { apply: 'reapply' })
  const clocks = (await Promise.all(ids.map(async id => (await w.get(`/v1/conversations/${id}/clocks`)).body.data))).flat()
  const open = clocks.filter(each => each.endedAt === null).map(each => [each.target, each.standardVersion])
  t.same(open.toSorted(), [['firstReply', 2], ['requesterWait', 2], ['requesterWait', 2]])
  t.equal(clocks.filter(each => each.endedBy === 'standardChanged').length, 2)
  t.match((await w.post(path)).body, { code: 'conflict' }, 'without a draft there is nothing to preview')
})

t.test('of another workspace there is nothing, and reading is enough', async t => {
  const [w, other] = [await workspace(), await workspace()]
  const { body: { id } } = await w.post('/v1/standards', { name: 'Care', default: true, targets: [target('firstReply')] })
  t.equal((await other.post(`/v1/standards/${id}/previewPublication`)).status, 404)
  const reader = await w.withScopes(['standards:read'])
  const none = { conversations: 0, targets: [] }
  t.same((await reader.post(`/v1/standards/${id}/previewPublication`)).body, { conversations: 0, keep: none, reapply: none })
  t.equal((await (await w.withScopes(['tags:read'])).post(`/v1/standards/${id}/previewPublication`)).status, 403)
})
