import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import { latestInstant } from '../../src/clock/instants.js'
import { isTimeZone, zoneNamed } from '../../src/clock/zone.js'
import { hour, iso, minute } from './calendars.js'

function changesByTemporal (zone: string): Array<[string | null, number]> {
  const changes: Array<[string | null, number]> = []
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
  while ((at = at.getTimeZoneTransition('next')) && at.epochMilliseconds < latestInstant) {
    changes.push([iso(at.epochMilliseconds), at.offsetNanoseconds / 1e6])
  }
  return changes
}

const changes = (zone: string, from: string, to: string): Array<[string | null, number]> =>
  zoneNamed(zone).spells(Date.parse(from), Date.parse(to)).slice(1).map((spell) => [iso(spell.from), spell.offset])

t.test('every change of offset from 1970 to 2100 is found, at its exact second', async (t) => {
  for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'Australia/Lord_Howe', 'Pacific/Chatham',
    'Asia/Kathmandu', 'Asia/Kolkata', 'Pacific/Apia', 'Europe/Istanbul', 'Africa/Casablanca', 'Africa/Cairo',
    'Asia/Gaza', 'America/Recife', 'America/Sao_Paulo', 'America/St_Johns', 'America/Argentina/San_Luis',
    'America/Caracas', 'Antarctica/Casey', 'Africa/Monrovia', 'Asia/Pyongyang', 'Europe/Dublin', 'UTC']) {
    t.same(changes(zone, '1970-01-01T00:00:00Z', '2101-01-01T00:00:00Z'), changesByTemporal(zone), zone)
  }
})

t.test('any zone has the right offset at any instant', async (t) => {
  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
  const instant = fc.integer({ min: 0, max: latestInstant })
  t.doesNotThrow(() => fc.assert(fc.property(zone, instant, (name, at) => {
    const truth = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(name)
    assert.equal(zoneNamed(name).offsetAt(at), truth.offsetNanoseconds / 1e6)
  }), { numRuns: 1500 }))
})

t.test('changes that have caught others out', async (t) => {
  t.same(changes('Pacific/Apia', '2011-12-01T00:00:00Z', '2012-03-01T00:00:00Z'),
    [['2011-12-30T10:00:00.000Z', 14 * hour]], 'Samoa went from 10 hours behind to 14 ahead')
  t.same(changes('Australia/Lord_Howe', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'),
    [['2026-04-04T15:00:00.000Z', 10.5 * hour], ['2026-10-03T15:30:00.000Z', 11 * hour]], 'half an hour of summer time')
  t.same(changes('Asia/Kathmandu', '1980-01-01T00:00:00Z', '2026-01-01T00:00:00Z'),
    [['1985-12-31T18:30:00.000Z', 5.75 * hour]])
  t.same(changes('Europe/Istanbul', '2016-01-01T00:00:00Z', '2020-01-01T00:00:00Z'),
    [['2016-03-27T01:00:00.000Z', 3 * hour]], 'Turkey has stayed on summer time')
  t.same(changes('Africa/Casablanca', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'),
    [['2026-02-15T02:00:00.000Z', 0], ['2026-03-22T02:00:00.000Z', hour]], 'back for Ramadan')
  t.same(changes('America/Recife', '2000-07-01T00:00:00Z', '2001-01-01T00:00:00Z'),
    [['2000-10-08T03:00:00.000Z', -2 * hour], ['2000-10-15T02:00:00.000Z', -3 * hour]], 'a week of summer time')
  t.equal(zoneNamed('Africa/Monrovia').offsetAt(Date.parse('1971-06-01T00:00:00Z')), -(44 * minute + 30_000))
})

t.test('spells follow each other without gaps, and are cut at the edges asked for', async (t) => {
  const [from, to] = [Date.parse('2025-07-01T12:34:56.789Z'), Date.parse('2027-07-01T00:00:00.001Z')]
  const spells = zoneNamed('Europe/Berlin').spells(from, to)
  t.same(spells.map((spell) => [iso(spell.from), iso(spell.to), spell.offset / hour]), [
    ['2025-07-01T12:34:56.789Z', '2025-10-26T01:00:00.000Z', 2],
    ['2025-10-26T01:00:00.000Z', '2026-03-29T01:00:00.000Z', 1],
    ['2026-03-29T01:00:00.000Z', '2026-10-25T01:00:00.000Z', 2],
    ['2026-10-25T01:00:00.000Z', '2027-03-28T01:00:00.000Z', 1],
    ['2027-03-28T01:00:00.000Z', '2027-07-01T00:00:00.001Z', 2]
  ])
  t.same(zoneNamed('Europe/Berlin').spells(from, from), [], 'nothing lies in an empty interval')
  const change = Date.parse('2026-03-29T01:00:00Z')
  t.equal(zoneNamed('Europe/Berlin').offsetAt(change - 1), hour)
  t.equal(zoneNamed('Europe/Berlin').offsetAt(change), 2 * hour)
})

t.test('only IANA names are zones', async (t) => {
  for (const name of ['Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu', 'Asia/Katmandu',
    'Europe/Kyiv', 'Etc/GMT+5', 'UTC', 'GMT', 'EST5EDT', 'Japan', 'W-SU', 'America/Port-au-Prince']) {
    t.ok(isTimeZone(name), name)
  }
  for (const name of ['+02:00', '+0200', '-05', 'UTC+2', 'GMT+5', 'Z', '', ' ', 'Europe/Berlin ', 'Europe', 'Europe/',
    'Europe/Atlantis', 'IST', 'PST', 'CST', 'AST', 'ECT', 'SystemV/EST5', 'Europe/Berlin\n', 'Factory']) {
    t.notOk(isTimeZone(name), JSON.stringify(name))
  }
  t.throws(() => zoneNamed('+02:00'),
    { name: 'RangeError', message: '"+02:00" is not an IANA time zone that this server knows' })
  t.equal(zoneNamed('Europe/Berlin'), zoneNamed('Europe/Berlin'), 'one object per zone')
})
