import { Readable } from 'node:stream'
import type { Timers } from '../../timers.js'
import type { Following } from './event.feed.js'
import type { Event } from './event.shapes.js'

export const heartbeatMs = 15_000
export const recheckMs = 60_000
const reconnectMs = 2_000

/** An event is written once, however many streams it goes to. */
const written = new WeakMap<Event, string>()
function frame (event: Event): string {
  let text = written.get(event)
  if (!text) written.set(event, text = `id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`)
  return text
}

/** A comment, and an id without data: it moves Last-Event-ID on and is no message. */
const heartbeat = (position: number): string => `: still here\nid: ${position}\n\n`

/**
 * Server-sent events of whoever follows, each without a name, so that every client's plain message handler gets it; `data`
 * is the event as JSON. It reads on only when the client does. `stillAllowed` is asked each minute; no ends the stream.
 */
export function serverSent (following: Following, timers: Timers, stillAllowed: () => Promise<boolean>): Readable {
  const cancelHeartbeat = timers.every(heartbeatMs, () => following.nudge())
  const cancelRecheck = timers.every(recheckMs, async () => { if (!await stillAllowed()) following.close() })
  let started = false
  const stream = new Readable({
    encoding: 'utf8',
    read () {
      if (!started) {
        started = true
        stream.push(`retry: ${reconnectMs}\nid: ${following.position}\n\n`)
        return
      }
      following.next().then(
        ({ done, value }) => stream.push(done ? null : value.map(frame).join('') || heartbeat(following.position)),
        (error: Error) => stream.destroy(error))
    },
    destroy (error, done) {
      cancelHeartbeat()
      cancelRecheck()
      following.close()
      done(error)
    }
  })
  return stream
}
