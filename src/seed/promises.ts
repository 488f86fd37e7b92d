import type { Context } from '../context.js'
import { createCalendar } from '../resources/calendars/calendar.service.js'
import { CreateCalendar } from '../resources/calendars/calendar.shapes.js'
import { publishStandard } from '../resources/standards/publishing.service.js'
import { createStandard, updateStandard } from '../resources/standards/standard.service.js'
import { CreateStandard, UpdateStandard } from '../resources/standards/standard.shapes.js'
import { minuteMs, hourMs } from './hours.js'
import type { Ids } from './playing.js'

/** What the shop promises. Its clocks are exact from the first conversation on, because it was promised before. */

const open = [{ from: '08:00', to: '18:00' }]
const holidays = [['01-01', 'New Year\'s Day'], ['12-25', 'Christmas Day'], ['12-26', 'Boxing Day']] as const

/** When the team works: the calendar that is taken where none is named. */
async function makeCalendar (ctx: Context, since: number, now: number): Promise<void> {
  const years = [new Date(since).getUTCFullYear(), new Date(now).getUTCFullYear(), new Date(now).getUTCFullYear() + 1]
  await createCalendar(ctx, CreateCalendar.parse({
    externalId: 'working-hours', name: 'Working hours', description: 'When somebody is here to answer.', isDefault: true, timeZone: 'Europe/London',
    effectiveFrom: new Date(since).toISOString(), weekly: { monday: open, tuesday: open, wednesday: open, thursday: open, friday: open },
    holidays: [...new Set(years)].flatMap(year => holidays.map(([day, name]) => ({ date: `${year}-${day}`, name })))
  }))
}

const same = (ms: number) => ({ low: ms / 1000, normal: ms / 1000, high: ms / 1000, urgent: ms / 1000 })
const byPriority = (hours: Record<'low' | 'normal' | 'high' | 'urgent', number>) =>
  Object.fromEntries(Object.entries(hours).map(([priority, count]) => [priority, count * hourMs / 1000]))
const target = (kind: string, seconds: object) => ({ kind, seconds, basis: 'business', warnAt: { share: 0.75 } })

const firstReplies = (hours: number) => target('firstReply', { ...same(hours * hourMs), urgent: hourMs / 1000 })
const everybody = (hours: number) => [
  firstReplies(hours), target('nextReply', same(8 * hourMs)), target('assignment', same(3 * hourMs)),
  target('firstResolution', byPriority({ low: 40, normal: 30, high: 20, urgent: 10 }))
]
const checklist = [
  { name: 'Answers what was asked', weight: 3 }, { name: 'Says what happens next, and when', weight: 2 }, { name: 'Sounds like a person', weight: 1 }
]

const standards = (ids: Ids) => [
  {
    externalId: 'chat', name: 'Chat within ten minutes', value: 'responsiveness', audience: 'public', ownerId: ids.agents.get('mei'),
    statement: 'Who writes to us in the chat while we are here gets an answer within ten minutes.', condition: { field: 'channelKind', in: ['chat'] },
    targets: [target('firstReply', same(10 * minuteMs)), target('nextReply', same(15 * minuteMs))]
  },
  {
    externalId: 'gold', name: 'Gold companies first', value: 'respect', origin: 'contract', source: 'The gold agreement, section 3', ownerId: ids.agents.get('nora'),
    statement: 'A gold company hears back within two working hours, and is helped within two working days.', condition: { field: 'tier', in: ['gold'] },
    targets: [firstReplies(2), target('nextReply', same(4 * hourMs)), target('firstResolution', same(20 * hourMs))]
  },
  {
    externalId: 'everybody', name: 'Everybody hears back the same day', value: 'respect', audience: 'public', ownerId: ids.agents.get('tomas'), default: true,
    statement: 'Every customer hears back within four working hours, and is helped within three working days.', targets: everybody(4), checklist
  }
]

/** Calendar and standards, in force since an instant. */
export async function makePromises (ctx: Context, ids: Ids, since: number, now: number): Promise<void> {
  await makeCalendar(ctx, since, now)
  for (const each of standards(ids)) {
    const { id } = await createStandard(ctx, CreateStandard.parse(each))
    await publishStandard(ctx, id, { apply: 'keep', occurredAt: new Date(since).toISOString() })
  }
}

/** What the team thinks about promising next: a draft, to be tried on the month that was. */
export async function makeDraft (ctx: Context): Promise<void> {
  await updateStandard(ctx, 'external:everybody', UpdateStandard.parse({
    statement: 'Every customer hears back within two working hours, and is helped within three working days.', targets: everybody(2)
  }))
}
