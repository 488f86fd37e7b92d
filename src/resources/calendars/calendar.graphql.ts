import { connectionSdl } from '../../graphql/connections.js'
import type { GraphqlModule } from '../../graphql/module.js'
import { connectionOf, listArguments, mutation, query } from '../../graphql/resolving.js'
import { Ref } from '../../shapes.js'
import { sent } from '../../validate.js'
import { createCalendarVersion, importHolidays } from './adding.service.js'
import { archiveCalendar, createCalendar, getCalendar, listCalendars, makeCalendarDefault, unarchiveCalendar, updateCalendar, upsertCalendar } from './calendar.service.js'
import { CreateCalendar, ImportHolidays, SearchCalendars, SearchCalendarVersions, UpdateCalendar, UpsertCalendar, VersionParams } from './calendar.shapes.js'
import { CreateCalendarVersion } from './hours.shapes.js'
import { addBusinessSeconds, countBusinessSeconds, isCalendarOpen, nextCalendarOpening, previewCalendar } from './question.service.js'
import { AtQuery, EndQuery, PreviewCalendar, SpanQuery } from './question.shapes.js'
import { getCalendarVersion, listCalendarVersions } from './version.service.js'

const ref = (id: unknown): string => sent(Ref, id, 'id')

export const calendarGraphql: GraphqlModule = {
  sdl: `
    extend type Query {
      "A calendar, by its id or external:…"
      calendar(id: ID!): Calendar!
      "Calendars, a page at a time."
      calendars(first: Int = 25, after: String, filter: CalendarFilter, sort: CalendarSort = nameAsc): CalendarConnection!
      "A version of a calendar."
      calendarVersion(id: ID!, "The number of the version." number: Int!): CalendarVersion!
      "The versions of a calendar, a page at a time."
      calendarVersions(id: ID!, first: Int = 25, after: String, sort: CalendarVersionSort = effectiveFromDesc): CalendarVersionConnection!
      "Whether a calendar is open, why, and until when."
      isCalendarOpen(id: ID!, "The instant; now when left out." at: DateTime): CalendarMoment!
      "When a calendar opens next."
      nextCalendarOpening(id: ID!, "The instant; now when left out." at: DateTime): NextOpening!
      "The business time between two instants."
      countBusinessSeconds(id: ID!, "The start, included." from: DateTime!, "The end, excluded; not before the start." to: DateTime!): BusinessSpan!
      "The instant at which so much business time has passed."
      addBusinessSeconds(id: ID!, "The start." from: DateTime!, "Business seconds, up to 2,000,000,000." seconds: Int!): BusinessEnd!
      "The same questions to a calendar that is not kept."
      previewCalendar(input: PreviewCalendar!): CalendarPreview!
    }
    extend type Mutation {
      "Creates a calendar with its first version."
      createCalendar(input: CreateCalendar!, idempotencyKey: String): Calendar!
      "Changes a calendar's name or description: what is absent stays, null clears."
      updateCalendar(id: ID!, input: UpdateCalendar!, ifVersion: Int): Calendar!
      "Creates or changes the calendar with an external id (id: external:…); other hours make a new version."
      upsertCalendar(id: ID!, input: UpsertCalendar!, ifVersion: Int): UpsertedCalendar!
      "Makes a calendar the one that is taken where none is named."
      makeCalendarDefault(id: ID!, ifVersion: Int): Calendar!
      "Archives a calendar: no standard can name it any more; those that do keep it."
      archiveCalendar(id: ID!, ifVersion: Int): Calendar!
      "Takes a calendar back into use."
      unarchiveCalendar(id: ID!, ifVersion: Int): Calendar!
      "Changes a calendar's hours from an instant on."
      createCalendarVersion(id: ID!, input: CreateCalendarVersion!, idempotencyKey: String): CalendarVersion!
      "Adds the holidays of an iCalendar file, as a new version."
      importHolidays(id: ID!, input: ImportHolidays!, ifVersion: Int): ImportedHolidays!
    }
    ${connectionSdl('Calendar')}
    ${connectionSdl('CalendarVersion')}`,
  resolvers: {
    Query: {
      calendar: query((ctx, { id }) => getCalendar(ctx, ref(id))),
      calendars: query(async (ctx, args) => connectionOf(await listCalendars(ctx, sent(SearchCalendars, listArguments(args))))),
      calendarVersion: query((ctx, args) => {
        const { id, number } = sent(VersionParams, args)
        return getCalendarVersion(ctx, id, number)
      }),
      calendarVersions: query(async (ctx, { id, ...args }) =>
        connectionOf(await listCalendarVersions(ctx, ref(id), sent(SearchCalendarVersions, listArguments(args))))),
      isCalendarOpen: query((ctx, { id, at }) => isCalendarOpen(ctx, ref(id), sent(AtQuery, { at: at ?? undefined }).at)),
      nextCalendarOpening: query((ctx, { id, at }) => nextCalendarOpening(ctx, ref(id), sent(AtQuery, { at: at ?? undefined }).at)),
      countBusinessSeconds: query((ctx, { id, ...args }) => {
        const { from, to } = sent(SpanQuery, args)
        return countBusinessSeconds(ctx, ref(id), from, to)
      }),
      addBusinessSeconds: query((ctx, { id, ...args }) => {
        const { from, seconds } = sent(EndQuery, args)
        return addBusinessSeconds(ctx, ref(id), from, seconds)
      }),
      previewCalendar: query((ctx, { input }) => previewCalendar(ctx, sent(PreviewCalendar, input)))
    },
    Mutation: {
      createCalendar: mutation((ctx, { input }) => createCalendar(ctx, sent(CreateCalendar, input))),
      updateCalendar: mutation((ctx, { id, input }) => updateCalendar(ctx, ref(id), sent(UpdateCalendar, input))),
      upsertCalendar: mutation((ctx, { id, input }) => upsertCalendar(ctx, ref(id), sent(UpsertCalendar, input))),
      makeCalendarDefault: mutation((ctx, { id }) => makeCalendarDefault(ctx, ref(id))),
      archiveCalendar: mutation((ctx, { id }) => archiveCalendar(ctx, ref(id))),
      unarchiveCalendar: mutation((ctx, { id }) => unarchiveCalendar(ctx, ref(id))),
      createCalendarVersion: mutation((ctx, { id, input }) => createCalendarVersion(ctx, ref(id), sent(CreateCalendarVersion, input))),
      importHolidays: mutation((ctx, { id, input }) => importHolidays(ctx, ref(id), sent(ImportHolidays, input)))
    }
  }
}
