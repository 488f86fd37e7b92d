import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildClientSchema, buildSchema, getIntrospectionQuery, introspectionFromSchema, lexicographicSortSchema, printSchema } from 'graphql'
import pg from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { projectRoot } from '../../src/root.js'
import { command } from '../support/command.js'
import { ownDatabase } from '../support/database.js'

t.setTimeout(300_000)
const run = promisify(execFile)
const settings = { PORT: '0', LOG_LEVEL: 'warn', MAX_EVENT_LOOP_DELAY_MS: '0' }

async function connect (t: Test, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end())
  return client
}

t.test('the lines that it prints make a conversation and read it back by both faces', async t => {
  const server = command(t, [], { ...settings, DATABASE_URL: await ownDatabase(t) })
  await server.says(/graphql\n\n/)
  const lines = (await server.says(/(curl [^]*?)\n\n/))[1]!.split('\n')
  t.equal(lines.length, 3)
  const answers: any[] = []
  for (const line of lines) answers.push(JSON.parse((await run('/bin/sh', ['-c', line])).stdout))
  const [received, byRest, byGraphql] = answers
  t.match(received, { conversationId: /^[0-9a-f-]{36}$/, message: { text: 'It has not arrived' } })
  t.match(byRest.data, [{ id: received.conversationId, status: 'new', subject: 'Order 3348', contact: { name: 'Ada' }, lastMessage: { preview: 'It has not arrived' } }])
  t.same(byGraphql.data.conversations.nodes, [{
    id: received.conversationId, status: 'new', subject: 'Order 3348', contact: { name: 'Ada' }, lastMessage: { preview: 'It has not arrived' }
  }])
  const address = (await server.says(/REST +(http:\S+)\/v1/))[1]!
  for (const page of ['docs', 'graphiql']) t.equal((await fetch(`${address}/${page}`)).status, 200, page)
})

t.test('what runs serves the contracts that are committed, draws charts, and its pages with all that they load', async t => {
  const server = command(t, [], { ...settings, DATABASE_URL: await ownDatabase(t) })
  const address = (await server.says(/REST +(http:\S+)\/v1/))[1]!
  const headers = { authorization: `Bearer ${(await server.says(/sup_live_[\w-]{43}/))[0]}`, 'content-type': 'application/json' }
  const ask = (path: string, body: object, more = {}) => fetch(`${address}${path}`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) })
  t.equal(await (await fetch(`${address}/openapi.yaml`)).text(), await readFile(join(projectRoot, 'openapi.yaml'), 'utf8'))
  const { data }: any = await (await ask('/graphql', { query: getIntrospectionQuery() })).json()
  const committed = introspectionFromSchema(buildSchema(await readFile(join(projectRoot, 'schema.graphql'), 'utf8')), { specifiedByUrl: false })
  t.equal(printSchema(lexicographicSortSchema(buildClientSchema(data))), printSchema(lexicographicSortSchema(buildClientSchema(committed))))
  const chart = await ask('/v1/metrics/query', { metrics: ['created'], interval: 'day', from: '2026-01-01T00:00:00.000Z', to: '2026-01-08T00:00:00.000Z' }, { accept: 'image/svg+xml' })
  t.equal(chart.status, 200)
  t.match(await chart.text(), /^<svg [^]*<\/svg>\s*$/)
  for (const page of ['/docs/', '/graphiql']) {
    const loaded = [...(await (await fetch(address + page)).text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => new URL(url!, address + page))
    t.ok(loaded.length > 5)
    for (const url of loaded) t.equal((await fetch(url)).status, 200, String(url))
  }
})

t.test('processes that start together on one database make one workspace, and one of them shows its key', async t => {
  const url = await ownDatabase(t)
  const servers = Array.from({ length: 3 }, () => command(t, ['serve'], { ...settings, DATABASE_URL: url }))
  await Promise.all(servers.map(server => server.says(/SupportOps is ready/)))
  const client = await connect(t, url)
  t.same((await client.query('select count(*)::int as n from workspaces')).rows, [{ n: 1 }])
  for (const { child } of servers) child.kill('SIGTERM')
  const ended = await Promise.all(servers.map(server => server.ended))
  t.same(ended.map(({ code }) => code), [0, 0, 0])
  t.equal(ended.filter(({ stderr }) => /shown this once: sup_live_/.test(stderr)).length, 1)

  const again = command(t, ['serve'], { ...settings, DATABASE_URL: url })
  await again.says(/Reference .*\n\n/)
  again.child.kill('SIGINT')
  const { code, stderr } = await again.ended
  t.equal(code, 0)
  t.notMatch(stderr, /sup_live_/, 'the key is shown once')
})

t.test('the key of BOOTSTRAP_API_KEY is the first workspace\'s, and is not shown', async t => {
  const key = `sup_live_${'k'.repeat(40)}`
  const server = command(t, [], { ...settings, DATABASE_URL: await ownDatabase(t), BOOTSTRAP_API_KEY: key })
  const address = (await server.says(/REST +(http:\S+)\/v1/))[1]!
  t.equal((await fetch(`${address}/v1/channels/external:api`, { headers: { authorization: `Bearer ${key}` } })).status, 200)
  server.child.kill()
  t.notMatch((await server.ended).stderr, key)
})

t.test('SIGTERM lets what is under way finish, takes nothing new, and exits with 0', async t => {
  const url = await ownDatabase(t)
  const server = command(t, [], { ...settings, DATABASE_URL: url })
  const address = (await server.says(/REST +(http:\S+)\/v1/))[1]!
  const headers = { authorization: `Bearer ${(await server.says(/sup_live_[\w-]{43}/))[0]}`, 'content-type': 'application/json' }
  const tag: any = await (await fetch(`${address}/v1/tags`, { method: 'POST', headers, body: '{"name":"slow"}' })).json()

  const client = await connect(t, url)
  await client.query('begin')
  await client.query('select 1 from tags where id = $1 for update', [tag.id])
  const slow = fetch(`${address}/v1/tags/${tag.id}`, { method: 'PATCH', headers, body: '{"name":"done"}' })
  const waits = 'select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = \'Lock\''
  const other = await connect(t, url)
  while ((await other.query(waits)).rows[0].n === 0);
  server.child.kill('SIGTERM')
  const isRefused = async (): Promise<boolean> => {
    const answer = await fetch(`${address}/health/live`).catch(() => null)
    return answer?.status !== 200
  }
  while (!await isRefused());
  t.equal(server.child.exitCode, null, 'it waits for the request')
  await client.query('commit')
  const answer = await slow
  t.equal(answer.status, 200)
  t.match(await answer.json(), { name: 'done', version: 2 })
  t.equal((await server.ended).code, 0)
})

t.test('what the configuration has wrong is all named, and nothing starts', async t => {
  const { code, stderr } = await command(t, ['serve'], { PORT: 'many', DATABASE_URL: 'mysql://x', LOG_LEVEL: 'loud' }).ended
  t.equal(code, 1)
  for (const name of ['PORT', 'DATABASE_URL', 'LOG_LEVEL']) t.match(stderr, new RegExp(`^  ${name}: `, 'm'))
})

t.test('a port that is taken is said, and leaves nothing running', async t => {
  const url = await ownDatabase(t)
  const server = command(t, [], { ...settings, DATABASE_URL: url })
  const [, , port] = (await server.says(/REST +(http:\/\/127\.0\.0\.1:(\d+))\/v1/))
  const { code, stderr } = await command(t, [], { ...settings, DATABASE_URL: url, PORT: port! }).ended
  t.equal(code, 1)
  t.match(stderr, /EADDRINUSE/)
})
