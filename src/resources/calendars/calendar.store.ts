import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm'
import { v7 } from 'uuid'
import { rows, type Db } from '../../db/connection.js'
import { listPage, type Page, type Sort } from '../../db/page.js'
import { byRef, columnsOf, externalIdOf, insertRow, updateRow } from '../../db/rows.js'
import { calendarFilters, type Calendar, type CalendarVersionQuery, type SearchCalendars } from './calendar.shapes.js'
import { calendars, calendarVersions } from './calendar.table.js'
import type { CalendarVersion, Hours } from './hours.shapes.js'

const rfc3339 = (expression: string): string => `to_char(${expression}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const versionObject = `json_build_object('id', v.id, 'calendarId', v.calendar_id, 'number', v.number,
  'effectiveFrom', ${rfc3339('v.effective_from')}, 'timeZone', v.time_zone, 'weekly', v.weekly, 'exceptions', v.exceptions,
  'holidays', v.holidays, 'createdAt', ${rfc3339('v.created_at')})`

// The table is named by hand: Drizzle leaves it out in a selection, and inside the subquery the id would be the version's.
const columns = {
  ...columnsOf(calendars),
  latestVersion: sql<CalendarVersion>`(select ${sql.raw(versionObject)} from calendar_versions v
    where v.workspace_id = calendars.workspace_id and v.calendar_id = calendars.id order by v.effective_from desc limit 1)`
}
const { workspaceId: _, ...versionColumns } = getTableColumns(calendarVersions)

const sorts: Record<string, Sort> = {
  nameAsc: { column: calendars.name, field: 'name', direction: 'asc', cast: 'text' },
  nameDesc: { column: calendars.name, field: 'name', direction: 'desc', cast: 'text' },
  createdAtAsc: { column: calendars.createdAt, field: 'createdAt', direction: 'asc', cast: 'timestamptz' },
  createdAtDesc: { column: calendars.createdAt, field: 'createdAt', direction: 'desc', cast: 'timestamptz' }
}
const versionSorts: Record<string, Sort> = {
  effectiveFromAsc: { column: calendarVersions.effectiveFrom, field: 'effectiveFrom', direction: 'asc', cast: 'timestamptz' },
  effectiveFromDesc: { column: calendarVersions.effectiveFrom, field: 'effectiveFrom', direction: 'desc', cast: 'timestamptz' }
}

export async function find (db: Db, workspaceId: string, ref: string): Promise<Calendar | undefined> {
  return (await db.select(columns).from(calendars).where(byRef(calendars, workspaceId, ref)))[0]
}

/** Locks the calendar until the transaction ends; then reads it, so that its versions are those of after the wait. */
export async function hold (db: Db, workspaceId: string, ref: string): Promise<Calendar | undefined> {
  await db.select({ id: calendars.id }).from(calendars).where(byRef(calendars, workspaceId, ref)).for('no key update')
  return find(db, workspaceId, ref)
}

/** Whoever makes one the default takes turns, because each takes it away from another. */
export const holdDefault = async (db: Db, workspaceId: string): Promise<unknown> =>
  db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`default calendar ${workspaceId}`}, 0))`)

export const findDefault = async (db: Db, workspaceId: string): Promise<Calendar | undefined> =>
  (await db.select(columns).from(calendars).where(and(eq(calendars.workspaceId, workspaceId), eq(calendars.isDefault, true))))[0]

export const findMany = async (db: Db, workspaceId: string, ids: readonly string[]): Promise<Calendar[]> =>
  db.select(columns).from(calendars).where(and(eq(calendars.workspaceId, workspaceId), inArray(calendars.id, [...ids])))

export async function list (db: Db, workspaceId: string, query: SearchCalendars): Promise<Page<Calendar>> {
  const where = [eq(calendars.workspaceId, workspaceId), calendarFilters.where(query.filter)]
  return listPage<Calendar, Calendar>({
    sorts, sort: query.sort, id: calendars.id, request: query, where,
    read: (where, order, limit) => db.select(columns).from(calendars).where(where).orderBy(order).limit(limit),
    total: () => db.$count(calendars, and(...where)),
    toShape: row => row
  })
}

export interface NewCalendar { name: string, description?: string | null, externalId?: string }

/** The calendar alone: it has no version yet. */
export const insert = (db: Db, workspaceId: string, calendar: NewCalendar): Promise<{ id: string }> =>
  insertRow(db, calendars, workspaceId, { name: calendar.name, description: calendar.description, externalId: calendar.externalId })

export async function update (db: Db, workspaceId: string, id: string, changes: Partial<Calendar>): Promise<Calendar> {
  await updateRow(db, calendars, workspaceId, id, changes)
  return (await find(db, workspaceId, id))!
}

/** Adds the next version, without counting the calendar's changes up. */
export async function insertVersion (db: Db, workspaceId: string, calendarId: string, effectiveFrom: string, hours: Hours): Promise<CalendarVersion> {
  const values = [workspaceId, v7(), calendarId, effectiveFrom, hours.timeZone, JSON.stringify(hours.weekly), JSON.stringify(hours.exceptions), JSON.stringify(hours.holidays)]
  const [row] = await rows<{ version: CalendarVersion }>(db, `
    with counted as (update calendars set version_count = version_count + 1, last_version_id = $2 where workspace_id = $1 and id = $3 returning version_count),
    v as (insert into calendar_versions (workspace_id, id, calendar_id, number, effective_from, time_zone, weekly, exceptions, holidays)
      select $1, $2, $3, version_count, $4, $5, $6, $7, $8 from counted returning *)
    select ${versionObject} as version from v`, values)
  return row!.version
}

/** Whether no other version of its calendar takes effect before it. */
export async function isFirst (db: Db, workspaceId: string, { calendarId, effectiveFrom }: CalendarVersion): Promise<boolean> {
  const [row] = await rows<{ first: boolean }>(db, `select not exists (select 1 from calendar_versions
    where workspace_id = $1 and calendar_id = $2 and effective_from < $3) as first`, [workspaceId, calendarId, effectiveFrom])
  return row!.first
}

export async function findVersion (db: Db, workspaceId: string, ref: string, number: number): Promise<CalendarVersion | undefined> {
  const external = externalIdOf(ref)
  const [row] = await rows<{ version: CalendarVersion }>(db, `
    select ${versionObject} as version from calendar_versions v join calendars c on c.workspace_id = v.workspace_id and c.id = v.calendar_id
    where v.workspace_id = $1 and ${external === null ? 'c.id = $2::uuid' : 'c.external_id = $2'} and v.number = $3`,
  [workspaceId, external ?? ref, number])
  return row?.version
}

/** The version in force at an instant: the first one also before it takes effect. */
export async function versionAt (db: Db, workspaceId: string, calendarId: string, at: string): Promise<CalendarVersion> {
  const [row] = await rows<{ version: CalendarVersion }>(db, `
    select ${versionObject} as version from calendar_versions v where v.workspace_id = $1 and v.calendar_id = $2
    order by v.effective_from <= $3 desc, case when v.effective_from <= $3 then v.effective_from end desc, v.effective_from limit 1`,
  [workspaceId, calendarId, at])
  return row!.version
}

export async function listVersions (db: Db, workspaceId: string, calendarId: string, query: CalendarVersionQuery): Promise<Page<CalendarVersion>> {
  const where = [eq(calendarVersions.workspaceId, workspaceId), eq(calendarVersions.calendarId, calendarId)]
  return listPage<CalendarVersion, CalendarVersion>({
    sorts: versionSorts, sort: query.sort, id: calendarVersions.id, request: query, where,
    read: (where, order, limit) => db.select(versionColumns).from(calendarVersions).where(where).orderBy(order).limit(limit),
    total: () => db.$count(calendarVersions, and(...where)),
    toShape: row => row
  })
}

/** A calendar, and the version that was recorded last: it stands for all of them. */
export interface Recorded { id: string, lastVersionId: string }

const recorded = 'select id, last_version_id as "lastVersionId" from calendars where workspace_id = $1'

export async function findRecorded (db: Db, workspaceId: string, ref: string): Promise<Recorded | undefined> {
  const external = externalIdOf(ref)
  return (await rows<Recorded>(db, `${recorded} and ${external === null ? 'id = $2::uuid' : 'external_id = $2'}`, [workspaceId, external ?? ref]))[0]
}

/** Of all calendars of the workspace, or of those named; archived ones too. */
export const listRecorded = (db: Db, workspaceId: string, ids: readonly string[] | null): Promise<Recorded[]> => ids
  ? rows(db, `${recorded} and id = any($2::uuid[])`, [workspaceId, ids])
  : rows(db, recorded, [workspaceId])

/** Every version of these calendars, in the order in which they take effect. */
export const versionsOf = (db: Db, workspaceId: string, ids: readonly string[]): Promise<CalendarVersion[]> =>
  db.select(versionColumns).from(calendarVersions)
    .where(and(eq(calendarVersions.workspaceId, workspaceId), inArray(calendarVersions.calendarId, [...ids])))
    .orderBy(calendarVersions.calendarId, calendarVersions.effectiveFrom)
