import { operation, type Api } from '../../http/operation.js'
import { RefParams } from '../../shapes.js'
import { addBusinessSeconds, countBusinessSeconds, isCalendarOpen, nextCalendarOpening, previewCalendar } from './question.service.js'
import { AtQuery, BusinessEnd, BusinessSpan, CalendarMoment, CalendarPreview, EndQuery, NextOpening, PreviewCalendar, SpanQuery } from './question.shapes.js'

const tag = 'Calendars'
const scope = 'calendars:read'
const preview = {
  versions: [{ timeZone: 'Asia/Kolkata', weekly: { monday: [{ from: '09:30', to: '18:00' }] } }],
  isOpenAt: '2026-11-23T04:00:00.000Z',
  add: { from: '2026-11-23T12:00:00.000Z', seconds: 7200 }
}

export function calendarQuestionRoutes (app: Api): void {
  app.get('/calendars/:id/isOpen', operation({
    id: 'isCalendarOpen', summary: 'Is a calendar open?', tag, scope, params: RefParams, query: AtQuery, answer: CalendarMoment
  }), async request => isCalendarOpen(request.ctx, request.params.id, request.query.at))

  app.get('/calendars/:id/nextOpening', operation({
    id: 'nextCalendarOpening', summary: 'When does a calendar open next?', tag, scope, params: RefParams, query: AtQuery, answer: NextOpening
  }), async request => nextCalendarOpening(request.ctx, request.params.id, request.query.at))

  app.get('/calendars/:id/businessSeconds', operation({
    id: 'countBusinessSeconds', summary: 'How much business time is between two instants?', tag, scope, params: RefParams, query: SpanQuery, answer: BusinessSpan
  }), async request => countBusinessSeconds(request.ctx, request.params.id, request.query.from, request.query.to))

  app.get('/calendars/:id/add', operation({
    id: 'addBusinessSeconds', summary: 'When has so much business time passed?', tag, scope, params: RefParams, query: EndQuery, answer: BusinessEnd
  }), async request => addBusinessSeconds(request.ctx, request.params.id, request.query.from, request.query.seconds))

  app.post('/calendars/preview', operation({
    id: 'previewCalendar', summary: 'Ask a calendar that is not kept', tag, scope, body: PreviewCalendar, answer: CalendarPreview,
    description: 'For an editor of calendars: the same questions to a calendar in the body. Nothing is kept.', example: preview
  }), async request => previewCalendar(request.ctx, request.body))
}
