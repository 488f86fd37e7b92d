import { operation, type Api } from '../../http/operation.js'
import { previewStandard } from './preview.service.js'
import { PreviewStandard, StandardPreview } from './preview.shapes.js'

const office = [{ from: '09:00', to: '17:00' }]
const example = {
  now: '2026-11-23T12:00:00.000Z',
  timeline: [
    { kind: 'created', occurredAt: '2026-11-20T15:00:00.000Z', priority: 'high' },
    { kind: 'inbound', occurredAt: '2026-11-20T15:00:00.000Z' },
    { kind: 'reply', occurredAt: '2026-11-23T08:30:00.000Z' }
  ],
  standards: [{ id: 'care', versions: [{ default: true, targets: [{ kind: 'firstReply', seconds: { normal: 7200, high: 3600 }, basis: 'business', calendarId: 'office' }] }] }],
  calendars: [{ id: 'office', versions: [{ timeZone: 'Europe/Berlin', weekly: { monday: office, tuesday: office, wednesday: office, thursday: office, friday: office } }] }]
}

export function previewRoutes (app: Api): void {
  app.post('/standards/preview', operation({
    id: 'previewStandard', summary: 'Try a standard on a timeline', tag: 'Service standards', scope: 'standards:read', body: PreviewStandard, answer: StandardPreview,
    description: 'The clocks that a conversation would have, with their segments, by the very function that makes all clocks. Nothing is kept.',
    refusals: ['notFound'], example
  }), async request => previewStandard(request.ctx, request.body))
}
