import t from 'tap'
import { encodeCursor } from '../../src/db/page.js'
import { startApp } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { workspace } = await startApp(t)
const w = await workspace()
const { conversation, made } = await supportTeam(w)
const { id } = await conversation()
const tag = await made('/v1/tags', { name: 'zeal' })
const instant = '2200-01-01T00:00:00.000Z'

t.test('a cursor is taken as a list gave it, and anything else is refused as the caller\'s mistake', async t => {
  const lists: Array<[string, string, string | number, string, unknown[]]> = [
    ['/v1/conversations?', 'lastActivityAtDesc', instant, id, ['abc', 5, null, 'infinity', '2026-02-31T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '294276-12-31', '2026-01-01']],
    ['/v1/conversations?q=nothing&', 'lastActivityAtDesc', instant, id, ['abc', 'infinity', '-infinity', '294276-12-31']],
    ['/v1/standards?', 'positionAsc', 1, tag.id, ['1', 1.5, 2 ** 31, null]],
    ['/v1/tags?sort=nameAsc&', 'nameAsc', 'a', tag.id, ['\0', '\ud800', 5]]
  ]
  for (const [path, sort, value, id, wrong] of lists) {
    const ask = (...place: unknown[]) => w.get(`${path}after=${encodeCursor(...place as [string, string, string])}`)
    t.equal((await ask(sort, value, id)).status, 200, path)
    for (const place of [...wrong.map(value => [sort, value, id]), [sort, value, '-'.repeat(36)], [sort, value], ['createdAtAsc', value, id]]) {
      t.match(await ask(...place), { status: 400, body: { code: 'badRequest', errors: [{ path: 'after' }] } }, `${path} ${JSON.stringify(place)}`)
    }
  }
})
