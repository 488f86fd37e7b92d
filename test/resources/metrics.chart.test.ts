import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { drawn } from '../../src/resources/metrics/chart.drawer.js'
import { draw } from '../../src/resources/metrics/chart.drawing.js'
import { durationText, labelsFor, timeUnitFor, windowText } from '../../src/resources/metrics/chart.words.js'
import { chartOf, type Chart } from '../../src/resources/metrics/metric.chart.js'
import { QueryMetrics } from '../../src/resources/metrics/metric.shapes.js'
import { startApp, type Workspace } from '../support/app.js'
import { at, desk } from '../support/desk.js'
import { factories } from '../support/factories.js'
import { all, parseXml, type Element } from '../support/xml.js'

t.setTimeout(120_000)
const { workspace } = await startApp(t)
const svgType = { accept: 'image/svg+xml' }
const window = { from: at(2, 2), to: at(2, 9), timeZone: 'UTC' }

async function chart (w: Pick<Workspace, 'post'>, input: object, query = ''): Promise<{ svg: string, root: Element, texts: string[], desc: string }> {
  const { status, headers, body } = await w.post(`/v1/metrics/query${query}`, { ...window, ...input }, svgType)
  if (status !== 200) throw new Error(JSON.stringify(body))
  t.match(headers, { 'content-type': 'image/svg+xml; charset=utf-8', vary: 'accept', 'content-security-policy': /default-src 'none'/ })
  const root = parseXml(body)
  const texts = all(root).filter(({ name }) => name === 'text').map(({ text }) => text)
  return { svg: body, root, texts, desc: root.children.find(({ name }) => name === 'desc')!.text }
}

/** Where the points of each line are, from top to bottom. */
const pathsOf = (root: Element, dashed: boolean): string[] => all(root)
  .filter(({ name, attributes: { fill, 'stroke-linejoin': join, 'stroke-dasharray': dash } }) => name === 'path' && fill === 'none' && join === 'bevel' && Boolean(dash) === dashed)
  .map(({ attributes }) => attributes.d!)

const told = await desk(await workspace())
const spiteful = await factories.channels!(told.w, { name: '<script>alert("x")</script> & \u0007]]>' })
for (const [day, minutes, channelId] of [[2, 10, told.channel.id], [3, 95, told.channel.id], [3, 5, spiteful.id], [5, 60, told.other.id]] as const) {
  await told.answered(at(2, day, '09:00:00.000'), minutes, at(2, day, '20:00:00.000'), channelId)
}

t.test('a chart holds the numbers of the answer, in words and as lines', async t => {
  const { w } = told
  const input = { metrics: ['firstReplyTime'], interval: 'day', previousPeriod: true }
  const { body } = await w.post('/v1/metrics/query', { ...window, ...input })
  const { root, texts, desc, svg } = await chart(w, input)
  const figures = body.data.map(({ figure }: any) => figure.statistics.p50)
  t.same(figures, [600, 3000, null, 3600, null, null, null])
  t.equal(desc, `2 Feb 2026 – 8 Feb 2026 (UTC) · by day
dashed: 26 Jan 2026 – 1 Feb 2026
firstReplyTime (p50): 2 Feb 10 min; 3 Feb 50 min; 4 Feb no sample; 5 Feb 1 h; 6 Feb no sample; 7 Feb no sample; 8 Feb no sample.
firstReplyTime (p50), previous period: 2 Feb no sample; 3 Feb no sample; 4 Feb no sample; 5 Feb no sample; 6 Feb no sample; 7 Feb no sample; 8 Feb no sample.`)
  t.equal(root.children[0]!.text, 'firstReplyTime (p50)')
  for (const text of ['firstReplyTime (p50)', 'time', '0 min', '60 min', '2 Feb', '8 Feb']) t.ok(texts.includes(text), text)
  t.equal(svg, (await chart(w, input)).svg, 'the same chart is the same text')

  const counts = await chart(w, { metrics: ['created'], interval: 'day' })
  t.match(counts.desc, 'created: 2 Feb 1; 3 Feb 2; 4 Feb 0; 5 Feb 1; 6 Feb 0; 7 Feb 0; 8 Feb 0.')
  const points = pathsOf(counts.root, false)[0]!.match(/[\d.]+ [\d.]+/g)!.map(point => Number(point.split(' ')[1]))
  const [two, zero] = [Math.min(...points), Math.max(...points)]
  t.same(points.map(y => Math.round(2 * (zero - y) / (zero - two) * 100) / 100), [1, 2, 0, 1, 0, 0, 0], 'the line is as high as the figures')
})

t.test('what is still to come is not nothing', async t => {
  const { desc, root } = await chart(told.w, { metrics: ['created'], interval: 'day', from: at(3, 1), to: at(3, 5) })
  t.match(desc, 'created: 1 Mar 0; 2 Mar 0; 3 Mar not yet; 4 Mar not yet.')
  t.equal(pathsOf(root, false)[0]!.match(/[\d.]+ [\d.]+/g)!.length, 2)
})

t.test('groups are lines with the names of what they are of; text of others stays text', async t => {
  const { w, channel, other } = told
  const { root, texts, desc, svg } = await chart(w, { metrics: ['created', 'firstReplyTime'], interval: 'week', groupBy: ['channel'] })
  const names = [channel.name, other.name, '<script>alert("x")</script> & ]]>'].flatMap(name => [`created: ${name}`, `firstReplyTime (p50): ${name}`])
  for (const name of names) t.ok(texts.includes(name) && desc.includes(name), name)
  t.notMatch(svg, channel.id)
  t.notOk(all(root).some(({ name }) => /script|foreignObject|image|a$/.test(name)))
  t.notOk(all(root).some(({ attributes }) => Object.entries(attributes).some(([name, value]) => /^on|href/.test(name) || /javascript:|https?:/.test(value.replace('http://www.w3.org/', '')))))
  const blind = await chart(await w.withScopes(['metrics:read']), { metrics: ['created'], interval: 'week', groupBy: ['channel'] })
  t.ok(blind.texts.includes(`${channel.id.slice(0, 40)}`), 'who may not read channels is not told their names')

  const [ada, more] = [await factories.tags!(w, { name: 'vip' }), await factories.teams!(w, { name: 'Billing' })]
  await factories.conversations!(w, { occurredAt: at(2, 6), tagIds: [ada.id], teamId: more.id })
  t.ok((await chart(w, { metrics: ['created'], groupBy: ['tag', 'team'] })).texts.includes('vip / Billing'))
  t.ok((await chart(w, { metrics: ['created'], groupBy: ['tag', 'team'] })).texts.includes('no tag / no team'))
  t.ok((await chart(w, { metrics: ['resolutions'], groupBy: ['agent'] })).desc.includes('resolutions: '))
})

t.test('without an interval there are bars with their figures, the period before dashed', async t => {
  const { w, channel } = told
  const { texts, root, desc } = await chart(w, { metrics: ['firstReplyTime', 'oneTouchRate'], groupBy: ['channel'], previousPeriod: true }, '?statistic=max')
  for (const text of [channel.name, '1 h 35 min', '100 %', 'no sample', 'firstReplyTime (max)', 'share']) t.ok(texts.includes(text), text)
  t.match(desc, `${channel.name} 1 h 35 min; `)
  t.ok(all(root).some(({ attributes }) => attributes['stroke-dasharray']))
  const live = await w.post('/v1/metrics/query', { metrics: ['currentWait'] }, svgType)
  t.match(parseXml(live.body).children.find(({ name }) => name === 'desc')!.text, /^now: 2 Mar 2026/)
})

t.test('light, dark, or as the reader\'s system is', async t => {
  const { w } = told
  const input = { metrics: ['created'], interval: 'day' }
  const of = async (theme: string) => (await chart(w, input, `?theme=${theme}`)).svg
  const [light, dark, auto] = [await of('light'), await of('dark'), (await chart(w, input)).svg]
  const background = (svg: string) => all(parseXml(svg)).find(({ name }) => name === 'rect')!.attributes.fill
  t.same([background(light), background(dark), background(auto)], ['#ffffff', '#0d1117', '#ffffff'])
  t.notMatch(light + dark, '<style')
  t.equal(auto.replace(/<style>.*<\/style>/, ''), light)
  const rules = new Map([.../<style>@media \(prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(auto)![1]!.matchAll(/\[(fill|stroke)="(#\w+)"\]\{\1:(#\w+)\}/g)].map(([, property, from, to]) => [`${property}="${from}"`, `${property}="${to}"`]))
  t.equal(light.replace(/(?:fill|stroke)="#\w+"/g, colour => rules.get(colour) ?? colour), dark, 'the rules make the one of the other')
  t.match((await w.post('/v1/metrics/query?theme=pink', { ...window, ...input }, svgType)).body, { code: 'invalid', errors: [{ path: 'theme' }] })
})

t.test('a link gives the same chart; other answers stay as they were', async t => {
  const { w } = told
  const link = `/v1/metrics/query?${new URLSearchParams({ ...window, metrics: 'created', interval: 'day', theme: 'dark' })}`
  const { svg } = await chart(w, { metrics: ['created'], interval: 'day' }, '?theme=dark')
  t.equal((await w.get(link, { accept: 'image/avif,image/svg+xml,image/*,*/*;q=0.8' })).body, svg)
  t.match((await w.get(link)).body, { totals: [{ metric: 'created' }] })
  t.match((await w.get(link, { accept: 'text/csv' })).headers['content-type'], /^text\/csv/)
})

t.test('an empty chart says so; what nobody could read is refused with what to ask for', async t => {
  const w = await workspace()
  const empty = await chart(w, { metrics: ['reopenRate'], interval: 'day' })
  t.ok(empty.texts.includes('There was nothing to count or measure here.'))
  t.notOk((await chart(told.w, { metrics: ['created'], interval: 'day' })).texts.includes('There was nothing to count or measure here.'))

  for (let n = 0; n < 13; n++) await factories.conversations!(w, { occurredAt: at(2, 4) })
  const ask = async (input: object) => (await w.post('/v1/metrics/query', { ...window, ...input }, svgType)).body
  t.match(await ask({ metrics: ['created'], interval: 'day', groupBy: ['channel'] }), { code: 'tooComplex', detail: /at most 12 lines, and this would have 13. Ask for the top/ })
  t.match(await ask({ metrics: ['created', 'resolutions', 'reopens'] }), { code: 'tooComplex', detail: /two axes/ })
  t.match(await ask({ metrics: ['created', 'backlog', 'conversationsResolved', 'firstReplyTime'], groupBy: ['channel'] }), { code: 'tooComplex', detail: /at most 40 bars, and this would have 52/ })
  t.match(await ask({ from: at(1, 1), to: at(12, 31), metrics: ['created'], interval: 'hour' }), { code: 'tooComplex', detail: /at most 3000 points.*longer interval/ })
  t.type(await ask({ metrics: ['created'], interval: 'day', groupBy: ['channel'], top: 11 }), 'string')
})

t.test('whatever things are called and whatever they come to, it is XML with these names in it', async t => {
  const name = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), fc.constantFrom('__proto__', 'constructor', '{a|b}', '${x}', '<![CDATA[', '--><!--', '&amp;', ' class="zr0-cls-0"', '\u202e\u0000'))
  const figure = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 10_000_000 }))
  const ofObjects = Reflect.ownKeys(Object.prototype)
  const figureOf = (value: number | null) => ({ value, samples: value ?? 0, counted: null, statistics: null, provisional: false, cursor: '' })
  await t.resolves(fc.assert(fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), fc.array(figure, { minLength: 1, maxLength: 6 }), fc.boolean(), async (names, values, isDivided) => {
    const buckets = isDivided ? values : values.slice(0, 1)
    const data = names.flatMap(value => buckets.map((figure, day) => ({
      metric: 'created', from: at(2, 2 + day), to: at(2, 3 + day), group: [{ dimension: 'channel' as const, value }], other: false, figure: figureOf(figure), previous: null
    })))
    const query = QueryMetrics.parse({ ...window, metrics: ['created'], groupBy: ['channel'], interval: isDivided ? 'day' : 'none' })
    const model = chartOf({ now: at(3, 2), asOf: { sequence: 0, recordedAt: null }, data, totals: [] }, query, (_, value) => value, 'p50')
    const texts = all(parseXml(await draw(model, 'light'))).filter(({ name }) => name === 'text' || name === 'desc').map(({ text }) => text.trim())
    assert.deepEqual(Reflect.ownKeys(Object.prototype), ofObjects, 'no name reaches what all objects have')
    const shown = model.kind === 'bars' ? model.categories : names.length > 1 ? model.series.map(({ name }) => name) : []
    return shown.every(name => texts.some(text => text.includes(name.trim())))
  }), { numRuns: 150 }))
})

t.test('many charts at once are drawn in their turn, and no more than can wait', async t => {
  const series = [{ name: 'created', color: 0, axis: 0, isPrevious: false, values: [1, 2], texts: ['1', '2'], marks: ['1', '2'] }]
  const chart: Chart = {
    title: 'created', subtitle: [], categories: ['1 Feb', '2 Feb'], kind: 'lines', axes: [{ name: 'conversations', suffix: '', divisor: 1, isWhole: true }], series, isEmpty: false, description: ''
  }
  const settled = await Promise.allSettled(Array.from({ length: 130 }, (_, n) => drawn({ ...chart, title: `number ${n}.` }, 'light')))
  const made = settled.flatMap((each, n) => each.status === 'fulfilled' ? [[n, each.value] as const] : [])
  // Where a loader runs the sources there is no thread to wait for.
  t.equal(made.length, import.meta.url.endsWith('.js') ? 100 : 130)
  t.ok(made.every(([n, svg]) => svg.includes(`<title>number ${n}.</title>`)), 'each got its own')
  t.match(settled.flatMap(each => each.status === 'rejected' ? [each.reason.code] : []), settled.slice(made.length).map(() => 'unavailable'))
  t.match(await drawn(chart, 'dark'), '#0d1117')
})

t.test('durations and windows in words', async t => {
  t.same([0, 59, 3600, 93_784, 200_000].map(seconds => durationText(seconds, false)), ['0 s', '59 s', '1 h', '1 d 2 h 3 min 4 s', '2 d 7 h 33 min 20 s'])
  t.equal(durationText(93_784, true), '26 h 3 min 4 s')
  t.equal(durationText(93_784, false, 2), '1 d 2 h')
  t.same([120, 121, 7201, 172_801].map(longest => timeUnitFor(longest, false)[0]), ['s', 'min', 'h', 'd'])
  t.equal(timeUnitFor(172_801, true)[0], 'h')
  t.equal(windowText('2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z', 'Europe/Berlin'), '1 Mar 2026 – 31 Mar 2026')
  t.equal(windowText(at(3, 1), at(3, 2), 'UTC'), '1 Mar 2026')
  t.equal(windowText(at(3, 1, '09:30:00.000'), at(3, 2), 'UTC'), '1 Mar 2026 09:30 – 2 Mar 2026 00:00')
  t.equal(labelsFor('quarter', 'Europe/Berlin')('2026-06-30T22:00:00.000Z'), 'Q3 2026')
  t.equal(labelsFor('hour', 'Europe/Berlin')('2026-06-30T22:00:00.000Z'), '1 Jul, 00:00')
})
