import { operation, type Api } from '../../http/operation.js'
import { created, upserted } from '../../http/reply.js'
import { RefParams } from '../../shapes.js'
import { createCalendarVersion, importHolidays } from './adding.service.js'
import { archiveCalendar, createCalendar, getCalendar, listCalendars, makeCalendarDefault, unarchiveCalendar, updateCalendar, upsertCalendar } from './calendar.service.js'
import {
  Calendar, CalendarList, CalendarQuery, CalendarVersionList, CalendarVersionQuery, CreateCalendar, ImportedHolidays, ImportHolidays, SearchCalendars,
  searchOfQuery, UpdateCalendar, UpsertCalendar, UpsertedCalendar, VersionParams
} from './calendar.shapes.js'
import { CalendarVersion, CreateCalendarVersion } from './hours.shapes.js'
import { getCalendarVersion, listCalendarVersions } from './version.service.js'

const tag = 'Calendars'
const day = [{ from: '09:00', to: '12:30' }, { from: '13:15', to: '17:00' }]
const hours = {
  timeZone: 'Europe/Berlin',
  weekly: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day },
  exceptions: [{ date: '2026-12-24', name: 'Christmas Eve', intervals: [{ from: '09:00', to: '12:00' }] }],
  holidays: [{ date: '2026-12-25', name: 'Christmas' }]
}
const christmas = 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20271226\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Boxing Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
const example = { name: 'Berlin office', ...hours }

export function calendarRoutes (app: Api): void {
  app.get('/calendars', operation({
    id: 'listCalendars', summary: 'List calendars', tag, scope: 'calendars:read', query: CalendarQuery, answer: CalendarList
  }), async request => listCalendars(request.ctx, searchOfQuery(request.query)))

  app.post('/calendars/search', operation({
    id: 'searchCalendars', summary: 'Search calendars with a filter in the body', tag, scope: 'calendars:read', body: SearchCalendars,
    answer: CalendarList, graphql: 'calendars', example: { filter: { name: { startsWith: 'B' } } }
  }), async request => listCalendars(request.ctx, request.body))

  app.get('/calendars/:id', operation({
    id: 'getCalendar', summary: 'Get a calendar', tag, scope: 'calendars:read', params: RefParams, answer: Calendar
  }), async request => getCalendar(request.ctx, request.params.id))

  app.post('/calendars', operation({
    id: 'createCalendar', summary: 'Create a calendar', tag, scope: 'calendars:write', status: 201, body: CreateCalendar, answer: Calendar, example
  }), async (request, reply) => created(reply, '/v1/calendars', await createCalendar(request.ctx, request.body)))

  app.patch('/calendars/:id', operation({
    id: 'updateCalendar', summary: 'Change a calendar\'s name or description', tag, scope: 'calendars:write', params: RefParams, body: UpdateCalendar,
    answer: Calendar, example: { description: 'The office in Berlin.' }
  }), async request => updateCalendar(request.ctx, request.params.id, request.body))

  app.put('/calendars/:id', operation({
    id: 'upsertCalendar', summary: 'Create or change the calendar with an external id', tag, scope: 'calendars:write', params: RefParams,
    description: 'Hours other than those of its latest version make a new version.',
    body: UpsertCalendar, answer: UpsertedCalendar, also: [{ status: 201, description: 'Created.' }], example
  }), async (request, reply) => upserted(reply, await upsertCalendar(request.ctx, request.params.id, request.body)))

  verbRoutes(app)
  versionRoutes(app)
}

function verbRoutes (app: Api): void {
  app.post('/calendars/:id/makeDefault', operation({
    id: 'makeCalendarDefault', summary: 'Make a calendar the default one', tag, scope: 'calendars:write', params: RefParams, answer: Calendar,
    description: 'From then on it is taken where no calendar is named; whichever was the default before no longer is. Standards that were written before keep theirs.'
  }), async request => makeCalendarDefault(request.ctx, request.params.id))

  app.post('/calendars/:id/archive', operation({
    id: 'archiveCalendar', summary: 'Archive a calendar', tag, scope: 'calendars:write', params: RefParams, answer: Calendar,
    description: 'No standard can name it any more; those that do keep it. The default one is refused.'
  }), async request => archiveCalendar(request.ctx, request.params.id))

  app.post('/calendars/:id/unarchive', operation({
    id: 'unarchiveCalendar', summary: 'Take a calendar back into use', tag, scope: 'calendars:write', params: RefParams, answer: Calendar
  }), async request => unarchiveCalendar(request.ctx, request.params.id))

  app.post('/calendars/:id/importHolidays', operation({
    id: 'importHolidays', summary: 'Add the holidays of an iCalendar file', tag, scope: 'calendars:write', params: RefParams, body: ImportHolidays,
    answer: ImportedHolidays, description: 'They are added to what the calendar says at `effectiveFrom`, as a new version; nothing is made when there is nothing to add.',
    example: { text: christmas, effectiveFrom: '2027-01-01T00:00:00.000+01:00' }
  }), async request => importHolidays(request.ctx, request.params.id, request.body))
}

function versionRoutes (app: Api): void {
  app.get('/calendars/:id/versions', operation({
    id: 'listCalendarVersions', summary: 'List the versions of a calendar', tag, scope: 'calendars:read', params: RefParams,
    query: CalendarVersionQuery, answer: CalendarVersionList
  }), async request => listCalendarVersions(request.ctx, request.params.id, request.query))

  app.get('/calendars/:id/versions/:number', operation({
    id: 'getCalendarVersion', summary: 'Get a version of a calendar', tag, scope: 'calendars:read', params: VersionParams, answer: CalendarVersion
  }), async request => getCalendarVersion(request.ctx, request.params.id, request.params.number))

  app.post('/calendars/:id/versions', operation({
    id: 'createCalendarVersion', summary: 'Change a calendar\'s hours from an instant on', tag, scope: 'calendars:write', status: 201, params: RefParams,
    body: CreateCalendarVersion, answer: CalendarVersion, example: { effectiveFrom: '2027-01-01T00:00:00.000+01:00', ...hours }
  }), async (request, reply) => {
    const version = await createCalendarVersion(request.ctx, request.params.id, request.body)
    reply.code(201).header('location', `/v1/calendars/${version.calendarId}/versions/${version.number}`)
    return version
  })
}
