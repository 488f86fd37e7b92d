import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { rows } from '../../src/db/connection.js'
import { ImportLine } from '../../src/resources/imports/line.shapes.js'
import { projectRoot } from '../../src/root.js'
import { startApp } from '../support/app.js'
import { command } from '../support/command.js'
import { ownDatabase } from '../support/database.js'

t.setTimeout(180_000)
const url = await ownDatabase(t)
const { workspace, services } = await startApp(t, {}, { url })
const db = services.database.read
const folder = await mkdtemp(join(tmpdir(), 'supportops-import-'))
t.teardown(() => rm(folder, { recursive: true }))

const run = (...args: string[]) => command(t, ['import', ...args], { DATABASE_URL: url, LOG_LEVEL: 'error' })
const fileOf = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

t.test('a log of a help desk becomes conversations with its own figures', async t => {
  const w = await workspace()
  const log = await fileOf('log.csv', 'CaseID,ActivityID,CompleteTimestamp\n2,1,2012-04-03 16:55:38\n2,8,2012-04-03 16:55:53\n2,6,2012-04-05 17:15:52\n3,1,2010-10-29 18:14:06\n7,1,2011-02-01 00:00:00\n7,6,2011-02-02 12:00:00\n')
  const { code, stdout } = await run(log, '--workspace', w.workspaceId, '--from', 'helpdesk-csv').ended
  t.same([code, stdout], [0, 'finished; 13 lines: 13 made something, 0 changed something, 0 said what was known, 0 are bad\n'])
  const { body: { data } } = await w.get('/v1/conversations?sort=createdAtAsc&expand=messages')
  t.match(data, [
    { externalId: 'case-3', status: 'resolved', createdAt: '2010-10-29T18:14:06.000Z', resolvedAt: '2010-10-29T18:14:06.000Z', notes: 1, channelKind: 'form' },
    { externalId: 'case-7', createdAt: '2011-02-01T00:00:00.000Z', resolvedAt: '2011-02-02T12:00:00.000Z', notes: 2 },
    { externalId: 'case-2', subject: 'Case 2', createdAt: '2012-04-03T16:55:38.000Z', firstResolvedAt: '2012-04-05T17:15:52.000Z', reopenCount: 0, notes: 3, messages: [{ text: 'Activity 1' }, { text: 'Activity 8' }, { text: 'Activity 6' }] }
  ])
  const input = { metrics: ['created', 'resolutions', 'fullResolutionTime'], from: '2010-01-01T00:00:00.000Z', to: '2013-01-01T00:00:00.000Z', interval: 'year' }
  const { body: answer } = await w.post('/v1/metrics/query', input)
  const figures = answer.totals.map(({ figure: { value, statistics } }: any) => statistics ? [statistics.count, statistics.sum, statistics.p50, statistics.p90, statistics.max] : value)
  t.same(figures, [3, 3, [3, 303_614, 129_600, 174_014, 174_014]])
  const totals = 'totals { metric figure { value statistics { count sum p50 p90 max } } }'
  const { data: { metricQuery } } = await w.graphql(`query ($input: QueryMetrics!) { metricQuery(input: $input) { ${totals} } }`, { input })
  t.match(answer.totals, metricQuery.totals)
  const csv = (await w.post('/v1/metrics/query', input, { accept: 'text/csv' })).body.trimEnd().split('\r\n').map((line: string) => line.split(','))
  const sums = csv.filter(([metric]: string[]) => metric === 'fullResolutionTime').map((line: string[]) => line[csv[0].indexOf('sum')])
  t.same(sums, ['0', '129600', '174014'], 'a line per year')
  const bad = await run(await fileOf('bad.csv', 'CaseID,ActivityID,CompleteTimestamp\n2,1,yesterday\n'), '--workspace', w.workspaceId, '--from', 'helpdesk-csv').ended
  t.equal(bad.code, 1)
  t.match(bad.stderr, /Line 2 is not CaseID,ActivityID,CompleteTimestamp/)
})

t.test('killed at any time, the same command goes on where it was', async t => {
  const w = await workspace()
  const line = (value: object): string => `${JSON.stringify(value)}\n`
  const cases = Array.from({ length: 3_000 }, (_, at) => line({ type: 'conversation', externalId: `c${at}`, channel: 'mail', occurredAt: '2025-05-01T08:00:00Z' }) +
    [1, 2, 3].map(n => line({ type: 'message', externalId: `c${at}-${n}`, conversation: `c${at}`, kind: 'inbound', text: 'hi', occurredAt: '2025-05-01T08:00:00Z' })).join(''))
  const file = await fileOf('many.ndjson', line({ type: 'channel', externalId: 'mail', name: 'Mail', kind: 'email' }) + cases.join('') + 'broken\n')
  const progress = async (): Promise<{ lines_read: number, lines_done: number } | undefined> =>
    (await rows<{ lines_read: number, lines_done: number }>(db, 'select lines_read, lines_done from imports where workspace_id = $1', [w.workspaceId]))[0]
  const killedWhen = async (isFarEnough: (progress: { lines_read: number, lines_done: number }) => boolean): Promise<void> => {
    const { child, ended } = run(file, '--workspace', w.workspaceId)
    for (let seen = await progress(); child.exitCode === null && !(seen && isFarEnough(seen)); seen = await progress());
    child.kill('SIGKILL')
    t.same((await ended).signal, 'SIGKILL', `killed when ${JSON.stringify(await progress())}`)
  }
  await killedWhen(({ lines_read }) => lines_read >= 5_000)
  await killedWhen(({ lines_done }) => lines_done >= 2_000)
  const again = await run(file, '--workspace', w.workspaceId, '--json').ended
  t.equal(again.code, 1, 'one line is bad')
  t.match(JSON.parse(again.stdout), { name: 'many.ndjson', state: 'finished', linesRead: 12_002, linesDone: 12_002, created: 12_001, unchanged: 0, failed: 1, errors: [{ line: 12_002, message: 'is not JSON' }] })
  const counted = `select (select count(*)::int from messages where workspace_id = $1) as messages, (select count(*)::int from conversations where workspace_id = $1) as conversations,
    (select count(*)::int from events where workspace_id = $1 and type = 'message.received') as events`
  t.same(await rows(db, counted, [w.workspaceId]), [{ messages: 9_000, conversations: 3_000, events: 9_000 }])

  const third = await run(file, '--workspace', w.workspaceId, '--again').ended
  t.match(third.stdout, 'line 12002: is not JSON\nfinished; 12002 lines: 0 made something, 0 changed something, 12001 said what was known, 1 are bad\n')
  t.match(third.stderr, /^Reading \[#{30}\] 100 %, .*12,002 lines\nLoading \[#{30}\] 100 %, .*12,002 lines, 1 of them bad\n$/m)
})

t.test('docs/import.md names every kind of line and every field of it', async t => {
  const text = await readFile(join(projectRoot, 'docs/import.md'), 'utf8')
  for (const { shape } of ImportLine.options) {
    for (const word of [shape.type.value, ...Object.keys(shape)]) t.ok(text.includes(`\`${word}\``), `\`${word}\` of ${shape.type.value} is told`)
  }
})
