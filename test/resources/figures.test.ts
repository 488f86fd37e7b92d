import t from 'tap'
import { at, clockCases, weekly, type Desk, type Talk } from '../support/clock-case.js'
import { signedIn } from '../support/tokens.js'

const test = await clockCases(t)

const spans = 'count sumSeconds avgSeconds minSeconds maxSeconds'
const times = `firstReplySeconds nextReplies { ${spans} } replies { ${spans} } cycleFirstReplies { ${spans} } currentWaitSeconds requesterWaitSeconds agentWorkSeconds
  pendingSeconds onHoldSeconds firstResolutionSeconds fullResolutionSeconds activeResolutionSeconds timeToAssignmentSeconds owned { ${spans} }`
const fields = `conversationId asOf provisional calendar { ${times} } business { ${times} } businessMissing calendarId
  messagesIn messagesOut replyCount unansweredEpisodes resolutions reopens assignments`
const span = (...seconds: number[]) => seconds.length
  ? { count: seconds.length, sumSeconds: seconds.reduce((sum, each) => sum + each), avgSeconds: Math.floor(seconds.reduce((sum, each) => sum + each) / seconds.length), minSeconds: Math.min(...seconds), maxSeconds: Math.max(...seconds) }
  : { count: 0, sumSeconds: null, avgSeconds: null, minSeconds: null, maxSeconds: null }
const minutes = (count: number) => count * 60

/** Asked at 9, assigned at 9:10, answered at 9:30 and resolved with it; back at 10, answered at 10:20 with onHold, pending at 11, open at 11:30, resolved at 12. */
async function told (desk: Desk): Promise<Talk> {
  const talk = await desk.asked('09:00')
  await talk.assign('09:10', { assigneeId: desk.ann.id })
  await talk.reply('09:30', { andThen: { status: 'resolved' } })
  await talk.says('10:00')
  await talk.reply('10:20:00.700', { andThen: { status: 'onHold' } })
  await talk.status('11:00', 'pending')
  await talk.status('11:30', 'open')
  await talk.status('12:00', 'resolved')
  return talk
}
const figures = async ({ w }: Desk, id: string, query = ''): Promise<any> => (await w.get(`/v1/conversations/${id}/figures${query}`)).body

const wanted = {
  firstReplySeconds: minutes(30), nextReplies: span(minutes(20)), replies: span(minutes(30), minutes(20)), cycleFirstReplies: span(minutes(30), minutes(20)), currentWaitSeconds: null,
  requesterWaitSeconds: minutes(30 + 20 + 40 + 30), agentWorkSeconds: minutes(30 + 20 + 30), pendingSeconds: minutes(30), onHoldSeconds: minutes(40) - 1,
  firstResolutionSeconds: minutes(30), fullResolutionSeconds: minutes(180), activeResolutionSeconds: minutes(150), timeToAssignmentSeconds: minutes(10),
  owned: { count: 2, sumSeconds: minutes(20 + 120), avgSeconds: minutes(70), minSeconds: minutes(20), maxSeconds: minutes(120) }
}

test('a conversation tells what metrics count of it, in both times, floored', '18:00', async (t, desk) => {
  const { w } = desk
  const talk = await told(desk)
  const found = await figures(desk, talk.id)
  t.same(found.calendar, wanted)
  t.match(found, {
    conversationId: talk.id, asOf: at('18:00'), provisional: false, business: null, businessMissing: /no default calendar/, calendarId: null,
    messagesIn: 2, messagesOut: 2, replyCount: 2, unansweredEpisodes: 0, resolutions: 2, reopens: 1, assignments: 1
  })
  const calendarId = await desk.calendar('09:15-11:15')
  const business = await figures(desk, talk.id, `?calendarId=${calendarId}`)
  t.same([business.calendar, business.calendarId, business.businessMissing], [wanted, calendarId, null])
  t.match(business.business, {
    firstReplySeconds: minutes(15), replies: span(minutes(15), minutes(20)), pendingSeconds: minutes(15), onHoldSeconds: minutes(40) - 1,
    requesterWaitSeconds: minutes(15 + 20 + 40), fullResolutionSeconds: minutes(120), activeResolutionSeconds: minutes(90), timeToAssignmentSeconds: 0
  })
  t.equal((await w.post(`/v1/calendars/${calendarId}/makeDefault`)).status, 200)
  t.same(await figures(desk, talk.id), business, 'the default calendar')
  t.same((await w.graphql(`query ($id: ID!) { conversationFigures(id: $id) { ${fields} } }`, { id: talk.id })).data.conversationFigures, business)
  const { data } = await w.graphql(`query ($id: ID!) { conversation(id: $id) { id figures { ${fields} } } conversations { nodes { figures { ${fields} } } } }`, { id: talk.id })
  t.same([data.conversation, data.conversations.nodes], [{ id: talk.id, figures: business }, [{ figures: business }]])
  t.same((await w.get(`/v1/conversations/${talk.id}?expand=figures,contact`)).body.figures, business)
  t.same((await w.get('/v1/conversations?expand=figures,clocks')).body.data.map((each: any) => [each.figures, each.clocks]), [[business, []]])
  t.notOk('figures' in (await w.get(`/v1/conversations/${talk.id}`)).body)
})

test('it agrees with the metrics', '18:00', async (t, desk) => {
  const { w } = desk
  await desk.send('/v1/calendars', { name: 'Office', timeZone: 'UTC', weekly: weekly('09:15-11:45'), isDefault: true, effectiveFrom: at('-60 00:00') })
  const talk = await told(desk)
  await talk.says('13:00')
  const found = await figures(desk, talk.id)
  const names = { firstReplyTime: 'firstReplySeconds', requesterWaitTime: 'requesterWaitSeconds', agentWorkTime: 'agentWorkSeconds', pendingTime: 'pendingSeconds', onHoldTime: 'onHoldSeconds',
    firstResolutionTime: 'firstResolutionSeconds', fullResolutionTime: 'fullResolutionSeconds', activeResolutionTime: 'activeResolutionSeconds', timeToAssignment: 'timeToAssignmentSeconds' }
  for (const basis of ['calendar', 'business']) {
    const input = { basis, metrics: [...Object.keys(names), 'replyTime', 'ownedTime', 'reopens', 'messagesIn'], from: at('00:00'), to: at('+1 00:00'), bucketBy: 'start' }
    const { totals } = (await w.post('/v1/metrics/query', input)).body
    const live = (await w.post('/v1/metrics/query', { basis, metrics: ['currentWait'] })).body.totals[0]
    for (const { metric, figure } of totals) {
      const name = names[metric as keyof typeof names]
      if (name) t.equal(found[basis][name], figure.statistics.sum, `${metric} in ${basis} time`)
      if (metric === 'replyTime') t.same(found[basis].replies, { count: figure.statistics.count, sumSeconds: figure.statistics.sum, avgSeconds: figure.statistics.avg, minSeconds: figure.statistics.min, maxSeconds: figure.statistics.max })
      if (metric === 'ownedTime') t.same(found[basis].owned.sumSeconds, figure.statistics.sum)
      if (metric === 'reopens' || metric === 'messagesIn') t.equal(found[metric], figure.value)
    }
    t.equal(found[basis].currentWaitSeconds, live.figure.statistics.sum)
  }
  t.same([found.provisional, found.calendar.fullResolutionSeconds, found.calendar.currentWaitSeconds], [true, null, 5 * 3600])
})

test('an earlier instant knows nothing of what came later', '18:00', async (t, desk) => {
  const talk = await told(desk)
  const early = await figures(desk, talk.id, `?asOf=${at('09:20')}`)
  t.match(early, { asOf: at('09:20'), provisional: true, messagesIn: 1, replyCount: 0, resolutions: 0, calendar: { firstReplySeconds: null, currentWaitSeconds: minutes(20), requesterWaitSeconds: minutes(20), owned: span(minutes(10)) } })
  t.match(await figures(desk, talk.id, `?asOf=${at('08:59')}`), { status: 422, errors: [{ path: 'asOf', message: /before the creation/ }] })
  t.match(await figures(desk, talk.id, `?asOf=${at('18:01')}`), { status: 422, errors: [{ path: 'asOf', message: /future/ }] })
  const { errors } = await desk.w.graphql('query ($id: ID!, $asOf: DateTime) { conversationFigures(id: $id, asOf: $asOf) { asOf } }', { id: talk.id, asOf: at('18:01') })
  t.match(errors, [{ message: /future/, extensions: { code: 'invalid' } }])
})

test('a contact sees its conversation without them', '18:00', async (t, desk) => {
  const talk = await told(desk)
  const contact = await signedIn(desk.app.app, desk.app.services, desk.w.workspaceId, 'contact', desk.contact.id)
  t.match(await contact.get(`/v1/conversations/${talk.id}?expand=figures`), { status: 200, body: { id: talk.id, figures: null } })
  t.same((await contact.graphql('query ($id: ID!) { conversation(id: $id) { id figures { asOf } } }', { id: talk.id })).data.conversation, { id: talk.id, figures: null })
  t.equal((await contact.get(`/v1/conversations/${talk.id}/figures`)).status, 403)
})

test('who may not read, and what is not there, is refused; spam has no figures', '18:00', async (t, desk) => {
  const { w } = desk
  const talk = await told(desk)
  t.equal((await (await w.withScopes(['metrics:read'])).get(`/v1/conversations/${talk.id}/figures`)).status, 403)
  const other = await desk.app.workspace()
  t.equal((await other.get(`/v1/conversations/${talk.id}/figures`)).status, 404)
  t.match(await figures(desk, talk.id, '?calendarId=external:none'), { status: 404, detail: /Calendar/ })
  await talk.verb('spam', '13:00')
  const found = await figures(desk, talk.id)
  t.match(found, { messagesIn: 0, messagesOut: 0, replyCount: 0, resolutions: 0, calendar: { firstReplySeconds: null, replies: span(), requesterWaitSeconds: null } })
})
