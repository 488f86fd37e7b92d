import { byId } from '../../graphql/loading.js'
import { calendarsById } from './calendar.service.js'

/** Calendars by id, all of a request's in one statement. */
export const calendarById = byId(calendarsById)
