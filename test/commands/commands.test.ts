import t from 'tap'
import { runBacktests } from '../../src/resources/backtests/running.service.js'
import { planOf } from '../../src/seed/plan.js'
import { seedWorkspace } from '../../src/seed/seeding.js'
import { startApp } from '../support/app.js'
import { command } from '../support/command.js'
import { ownDatabase } from '../support/database.js'

const { services, workspace, clock } = await startApp(t)
t.setTimeout(300_000)

t.test('the same seed and moment give the same plan, another seed another', async t => {
  const [one, again, other] = await Promise.all([planOf(7, clock.now, 300), planOf(7, clock.now, 300), planOf(8, clock.now, 300)])
  t.ok(JSON.stringify(one) === JSON.stringify(again))
  t.ok(JSON.stringify(one) !== JSON.stringify(other))
  t.equal(one.stories.length, 300)
  t.equal(one.people.length, 40)
  t.equal(new Set(one.people.map(person => person.email)).size, 40)
  const steps = one.stories.flatMap(story => story.steps)
  t.equal(steps.filter(({ at }) => at > clock.now).length, 0, 'nothing lies in the future')
  const kinds = new Set(steps.map(({ kind }) => kind))
  t.same([...kinds].toSorted(), ['assign', 'inbound', 'merge', 'note', 'priority', 'reply', 'snooze', 'spam', 'status', 'tag'])
  t.ok(one.stories.every(({ steps }) => steps.every(({ at }, index) => index === 0 || at >= steps[index - 1]!.at)), 'each in its order')
  const office = steps.filter(({ kind }) => kind === 'reply').map(({ at }) => new Date(at))
  t.ok(office.every(date => date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 8 && date.getUTCHours() < 18), 'the team answers in its hours')
  const texts = steps.map(step => 'text' in step ? step.text : '').join('\n')
  t.notMatch(texts, /Crystal|Minh|Alessandro|Phoenix|3348917502|7916676427|cminh730/, 'nobody of the dialogues is in it')
})

t.test('an empty workspace is filled with everything there is to show, at the times of the plan', async t => {
  const w = await workspace()
  t.same(await seedWorkspace(services, w.workspaceId, { conversations: 25 }), { agents: 6, contacts: 40, conversations: 25 })
  const { stories } = await planOf(1, clock.now, 25)
  const { body } = await w.get('/v1/conversations?limit=100&sort=createdAtAsc')
  t.same(body.data.map((each: any) => each.createdAt), stories.filter(({ steps }) => !steps.some(({ kind }) => kind === 'spam')).map(({ steps }) => new Date(steps[0]!.at).toISOString()))
  const totals = await Promise.all(['agents', 'teams', 'tags', 'companies', 'attributes', 'channels'].map(async noun => (await w.get(`/v1/${noun}?count=true`)).body.page.total))
  t.same(totals, [6, 2, 12, 8, 3, 5])
  t.same(await Promise.all(['calendars', 'standards', 'backtests', 'goals', 'webhooks'].map(async noun => (await w.get(`/v1/${noun}?count=true`)).body.page.total)), [1, 3, 1, 3, 1])
  for (const [n, story] of stories.entries()) {
    if (story.steps.some(({ kind }) => kind === 'spam' || kind === 'merge')) continue
    const found = body.data.find((each: any) => each.createdAt === new Date(story.steps[0]!.at).toISOString())
    const last = (kind: string) => story.steps.findLast(step => step.kind === kind)
    t.equal(found.lastInboundAt, new Date(last('inbound')!.at).toISOString(), `${n}: the last message in`)
    t.equal(found.lastOutboundAt, last('reply') ? new Date(last('reply')!.at).toISOString() : null, `${n}: the last message out`)
    const ending = story.steps.at(-1)!
    if (ending.kind === 'status') t.equal(found.status, ending.status, `${n}: where it stands`)
  }
})

t.test('its promises have exact clocks, can be tried in another form, and are what its goals set out from', async t => {
  const w = await workspace()
  await seedWorkspace(services, w.workspaceId, { conversations: 40 })
  const { body: { data: standards } } = await w.get('/v1/standards')
  t.same(standards.map(({ externalId, draft }: any) => [externalId, draft !== null]), [['chat', false], ['gold', false], ['everybody', true]])
  const clocks = (await Promise.all(standards.map(async ({ id }: any) => (await w.get(`/v1/clocks?limit=100&sort=startedAtDesc&filter=${encodeURIComponent(JSON.stringify({ standardId: { eq: id } }))}`)).body.data)))
  t.ok(clocks.every(some => some.length > 0), 'of each of the standards')
  const states = new Set(clocks.flat().map(({ state }: any) => state))
  t.ok(states.has('met') && (states.has('breached') || states.has('overdue')), [...states].join())
  const { body: { data: goals } } = await w.get('/v1/goals')
  t.ok(goals.every(({ baseline, ownerId }: any) => baseline.figure !== null && ownerId))
  const owned = (await w.get('/v1/metrics')).body.data.filter(({ owner }: any) => owner)
  t.same(owned.map(({ name }: any) => name).toSorted(), goals.map(({ metric }: any) => metric).toSorted())
  t.ok((await w.get('/v1/webhooks')).body.data[0].disabledAt, 'nothing is sent anywhere')
  while (await runBacktests(services, clock.now) > 0);
  const [{ state, result: { targets: [firstReply] } }] = (await w.get('/v1/backtests')).body.data
  t.match([state, firstReply.target], ['done', 'firstReply'])
  t.ok(firstReply.tried.met < firstReply.real.met, 'half the time is kept less often')
})

t.test('a workspace that is not empty is refused, and stays as it is', async t => {
  const w = await workspace()
  await w.post('/v1/contacts', { name: 'Ada' })
  await t.rejects(seedWorkspace(services, w.workspaceId, { conversations: 1 }), { code: 'conflict' })
  t.equal((await w.get('/v1/agents?count=true')).body.page.total, 0)
})

t.test('the command line makes workspaces and keys that work, prints them once, and refuses what is wrong', async t => {
  const DATABASE_URL = await ownDatabase(t)
  const run = (...args: string[]) => command(t, args, { DATABASE_URL, LOG_LEVEL: 'warn' }).ended
  const made = JSON.parse((await run('workspace', 'create', 'Ocean Outfitters', '--time-zone', 'Europe/Vienna', '--json')).stdout)
  t.match(made, { workspace: { name: 'Ocean Outfitters', slug: 'ocean-outfitters', timeZone: 'Europe/Vienna' }, key: { secret: /^sup_live_[\w-]{43}$/ } })
  const key = JSON.parse((await run('key', 'create', '--workspace', 'ocean-outfitters', '--scopes', 'tags:read, tags:write', '--expires', '2099-01-01T00:00:00Z', '--json')).stdout)
  t.match(key, { scopes: ['tags:read', 'tags:write'], expiresAt: '2099-01-01T00:00:00.000Z', secret: /^sup_live_/ })
  const { app } = await startApp(t, {}, { url: DATABASE_URL })
  const get = async (secret: string, path: string): Promise<number> => (await app.inject({ url: path, headers: { authorization: `Bearer ${secret}` } })).statusCode
  t.same([await get(made.key.secret, '/v1/channels/external:api'), await get(key.secret, '/v1/tags'), await get(key.secret, '/v1/agents')], [200, 200, 403])

  const wrong: Array<[string[], RegExp]> = [
    [['workspace', 'create', 'Again', '--slug', 'ocean-outfitters'], /This slug is taken/],
    [['workspace', 'create', 'Mars', '--time-zone', 'Mars/Olympus'], /timeZone: must be an IANA time zone/],
    [['key', 'create', '--workspace', 'nobody'], /There is no workspace nobody/],
    [['key', 'create', '--workspace', 'ocean-outfitters', '--scopes', 'tags:eat'], /is no scope/],
    [['seed', '--seed', 'x'], /whole number/],
    [['nonsense'], /unknown command|too many arguments/]
  ]
  for (const [args, message] of wrong) {
    const { code, stderr, stdout } = await run(...args)
    t.match([code, stderr, stdout], [1, message, ''], args.join(' '))
  }
})

t.test('every command says what it does', async t => {
  for (const args of [[], ['serve'], ['migrate'], ['seed'], ['workspace', 'create'], ['key', 'create']]) {
    const { code, stdout } = await command(t, [...args, '--help'], {}).ended
    t.match([code, stdout], [0, /^Usage: supportops/], args.join(' '))
  }
})
