import { linesOf } from '../lines.js'

/*
 * The log of a help desk, as process mining has it: a line for each step of each case, with the step's number and when it was
 * completed (`CaseID,ActivityID,CompleteTimestamp`), a case's lines together, its time taken as UTC. A case becomes a
 * conversation that lasts from its first step to its last, each step a note in it.
 */

const header = 'CaseID,ActivityID,CompleteTimestamp'
const row = /^"?([^",]{1,200})"?,"?([^",]{1,200})"?,"?(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?)"?$/

const channel = { type: 'channel', externalId: 'helpdesk', name: 'Help desk', kind: 'form' }
/** Who works on cases is not in the log. */
const actor = { kind: 'agent' }

interface Case { id: string, steps: number, last: string }

const opened = (id: string, at: string): object =>
  ({ type: 'conversation', externalId: `case-${id}`, channel: channel.externalId, subject: `Case ${id}`, occurredAt: at })

const step = ({ id, steps }: Case, activity: string, at: string): object =>
  ({ type: 'message', externalId: `case-${id}-${steps}`, conversation: `case-${id}`, kind: 'note', text: `Activity ${activity}`, actor, occurredAt: at, sequence: steps })

const ended = ({ id, last }: Case): object =>
  ({ type: 'status', externalId: `case-${id}-end`, conversation: `case-${id}`, status: 'resolved', actor, occurredAt: last })

/** The log as lines of an import. Throws, naming the line, what is no such log. Keeps one case at a time. */
export async function * fromHelpdeskCsv (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let current: Case | null = null as Case | null
  yield bytes([channel])
  for await (const lines of linesOf(source)) {
    const made: object[] = []
    for (const { number, text } of lines) {
      const given = text?.replace(/^\uFEFF/, '').trim()
      if (given === '' || (number === 1 && given === header)) continue
      const [, id, activity, day, time] = row.exec(given ?? '') ?? []
      if (!id || !activity) throw new Error(`Line ${number} is not ${header}, such as 2,1,2012-04-03 16:55:38.`)
      const at = `${day}T${time}Z`
      if (current?.id !== id) {
        made.push(...current ? [ended(current)] : [], opened(id, at))
        current = { id, steps: 0, last: at }
      }
      current.steps++
      if (at > current.last) current.last = at
      made.push(step(current, activity, at))
    }
    yield bytes(made)
  }
  if (current) yield bytes([ended(current)])
}

const bytes = (lines: readonly object[]): Buffer => Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(''))
