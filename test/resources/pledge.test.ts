import t from 'tap'
import { caller } from '../support/caller.js'
import { at, clockCases, target } from '../support/clock-case.js'

const test = await clockCases(t)

test('the pledge tells whether it is kept, where the workspace allows it', '12:00', async (t, desk) => {
  const stranger = caller(desk.app.app, null)
  const path = `/v1/public/${desk.w.workspaceId}/pledge`
  const told = async () => (await stranger.get(path)).body.standards.map((standard: any) => standard.targets.map((each: any) => [each.kind, each.attainment90Days]))
  await desk.promise([target('firstReply', '1h'), target('firstResolution', '1h', { pauses: ['pending'] }), target('nextReply', '1h')],
    { audience: 'public', from: '-120 00:00', condition: { field: 'channelKind', in: ['chat'] } })
  await desk.promise([target('firstReply', '1h')], { from: '-120 00:00' })
  const resolved = async (time: string, replied: string | null, end: string) => {
    const talk = await desk.asked(time)
    if (replied) await talk.reply(replied)
    await talk.status(end, 'resolved')
    return talk
  }
  await resolved('-1 09:00', '-1 10:00', '-1 10:00')
  await resolved('-1 09:00', '-1 09:30', '-1 11:00')
  await resolved('-1 09:00', '-1 11:00', '-1 11:00')
  await resolved('-1 09:00', null, '-1 09:30')
  t.same(await told(), [[['firstReply', null], ['firstResolution', null], ['nextReply', null]]], 'it does not tell of itself')
  const allowed = await desk.w.patch('/v1/workspace', { settings: { publicPledgeAttainment: true } })
  t.equal(allowed.status, 200)
  t.same(await told(), [[['firstReply', 2 / 3], ['firstResolution', 2 / 4], ['nextReply', null]]], 'who was resolved without a reply is in neither')

  await desk.asked('11:00')
  t.same(await told(), [[['firstReply', 2 / 3], ['firstResolution', 2 / 4], ['nextReply', null]]], 'at the deadline itself nothing is missed')
  desk.now('12:00:00.001')
  t.same(await told(), [[['firstReply', 2 / 4], ['firstResolution', 2 / 5], ['nextReply', null]]], 'a millisecond later it is, before any worker noticed')
  await desk.w.runDue()
  t.same(await told(), [[['firstReply', 2 / 4], ['firstResolution', 2 / 5], ['nextReply', null]]])
  const { data } = await stranger.graphql('query ($w: String!) { pledge(workspace: $w) { standards { targets { attainment90Days } } } }', { w: desk.w.workspaceId })
  t.same(data.pledge.standards[0].targets.map((each: any) => each.attainment90Days), [2 / 4, 2 / 5, null])
  t.equal((await stranger.get(path)).headers['cache-control'], 'public, max-age=300')
})

test('what is paused, cancelled, spam or long ago is left out of it', '12:00', async (t, desk) => {
  await desk.w.patch('/v1/workspace', { settings: { publicPledgeAttainment: true } })
  await desk.promise([target('firstResolution', '1h')], { audience: 'public', from: '-120 00:00' })
  const share = async () => (await caller(desk.app.app, null).get(`/v1/public/${desk.w.workspaceId}/pledge`)).body.standards[0].targets[0].attainment90Days
  const [, paused, spam] = [await desk.asked('-91 09:00'), await desk.asked('-1 09:00'), await desk.asked('-1 09:00')]
  await paused.status('-1 09:30', 'pending')
  await spam.status('-1 09:30', 'resolved')
  t.equal(await share(), 1)
  await spam.verb('spam', '-1 10:00')
  t.equal(await share(), null)
  const edge = await desk.asked('-90 11:00')
  t.match(await edge.clock(), { dueAt: at('-90 12:00'), state: 'overdue' })
  t.equal(await share(), 0, 'ninety days ago to the millisecond is within')
  desk.now('12:00:00.001')
  t.equal(await share(), null)
})
