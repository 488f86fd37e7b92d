import t from 'tap'
import { startApp } from '../support/app.js'

const { workspace } = await startApp(t)

t.test('each write of a bulk has its own result, on both faces, and a refused one stops no other', async t => {
  const w = await workspace()
  const { body: tag } = await w.post('/v1/tags', { name: 'refund', externalId: 'r-1' })
  const writes = [
    { operation: 'createTag', body: { name: 'angry' } },
    { operation: 'createTag', body: { name: 'ANGRY' } },
    { operation: 'updateTag', params: { id: 'external:r-1' }, body: { color: '#112233' }, ifVersion: 1 },
    { operation: 'updateTag', params: { id: tag.id }, body: { color: '#445566' }, ifVersion: 1 },
    { operation: 'updateTag', body: { color: '#445566' } },
    { operation: 'getTag', params: { id: tag.id } },
    { operation: 'bulkWrite', body: { writes: [] } }
  ]
  const { status, body } = await w.post('/v1/bulk', { writes })
  t.equal(status, 200)
  t.same(body.data.map((result: { status: number }) => result.status), [201, 409, 200, 412, 422, 422, 422])
  t.equal(body.refused, 5)
  t.match(body.data[0].body, { name: 'angry', version: 1 })
  t.match(body.data[1].body, { code: 'conflict', errors: [{ path: 'name' }] })
  t.match(body.data[2].body, { id: tag.id, color: '#112233', version: 2 })
  t.equal((await w.get(`/v1/tags/${tag.id}`)).body.color, '#112233')

  const { data } = await w.graphql('mutation ($input: Bulk!) { bulkWrite(input: $input) { refused data { operation status replayed body } } }', {
    input: { writes: [{ operation: 'archiveTag', params: { id: tag.id } }, { operation: 'archiveTag', params: { id: 'external:none' } }] }
  })
  t.match(data.bulkWrite, { refused: 1, data: [{ operation: 'archiveTag', status: 200, replayed: false }, { status: 404, body: { code: 'notFound' } }] })
})

t.test('a write of a bulk needs the scope of its own operation', async t => {
  const w = await workspace()
  const reader = await w.withScopes(['bulk:write', 'tags:read'])
  const { body } = await reader.post('/v1/bulk', { writes: [{ operation: 'createTag', body: { name: 'x' } }] })
  t.match(body.data, [{ status: 403, body: { code: 'forbidden', detail: /tags:write/ } }])
  t.equal((await w.get('/v1/tags')).body.data.length, 0)
})

t.test('a bulk sent again with its key does nothing again', async t => {
  const w = await workspace()
  const sent = { writes: [{ operation: 'createTag', body: { name: 'a' } }, { operation: 'createTag', body: { name: 'b' } }] }
  const first = await w.post('/v1/bulk', sent, { 'idempotency-key': 'bulk-1' })
  const again = await w.post('/v1/bulk', sent, { 'idempotency-key': 'bulk-1' })
  t.same(again.body.data.map((result: { status: number, replayed: boolean }) => [result.status, result.replayed]), [[201, true], [201, true]])
  t.same(again.body.data.map((result: { body: { id: string } }) => result.body.id), first.body.data.map((result: { body: { id: string } }) => result.body.id))
  t.equal((await w.get('/v1/tags?count=true')).body.page.total, 2)
})

t.test('more than 100 writes are refused, and none is done', async t => {
  const w = await workspace()
  const writes = Array.from({ length: 101 }, (_, index) => ({ operation: 'createTag', body: { name: `t${index}` } }))
  t.match((await w.post('/v1/bulk', { writes })).body, { code: 'invalid', errors: [{ path: 'writes' }] })
  t.equal((await w.get('/v1/tags')).body.data.length, 0)
})
