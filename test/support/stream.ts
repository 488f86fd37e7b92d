import { once } from 'node:events'
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/** A stream of server-sent events, read one block at a time. */
export interface Stream {
  status: number
  headers: IncomingHttpHeaders
  /** The problem, where there is no stream. */
  body: any
  /** The next block of any kind, its lines by their names; null when the stream has ended. */
  block: () => Promise<Record<string, string> | null>
  /** The next event; null when the stream has ended. */
  event: () => Promise<any>
  close: () => void
}

/** Opens a stream at an address of a server that listens. */
export async function openStream (url: string, token: string, headers: Record<string, string> = {}): Promise<Stream> {
  const request = get(url, { agent: false, headers: { authorization: `Bearer ${token}`, ...headers } })
  const [answer] = await once(request, 'response') as [IncomingMessage]
  const isStream = answer.headers['content-type']?.startsWith('text/event-stream')
  const chunks = isStream ? answer.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string> : null
  let buffered = ''
  const block = async (): Promise<Record<string, string> | null> => {
    for (;;) {
      const end = buffered.indexOf('\n\n')
      if (end >= 0) {
        const lines = buffered.slice(0, end).split('\n')
        buffered = buffered.slice(end + 2)
        return Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))
      }
      const { done, value } = await chunks!.next()
      if (done) return null
      buffered += value
    }
  }
  return {
    status: answer.statusCode!,
    headers: answer.headers,
    body: isStream ? null : JSON.parse(await text(answer)),
    block,
    async event () {
      for (;;) {
        const next = await block()
        if (!next) return null
        if (next.data) return JSON.parse(next.data)
      }
    },
    close () {
      request.on('error', () => {})
      request.destroy()
    }
  }
}
