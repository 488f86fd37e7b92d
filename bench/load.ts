import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { secretOf } from './fill/fill.js'
import { outputOf, type Server } from './processes.js'

/** `[<id>]` in a body is another one in each request. */
export interface Call { method: 'GET' | 'POST', path: string, body?: string }
export interface Load { perSecond: number, p99Ms: number }

const connections = 16
const headers = (): Record<string, string> => ({ authorization: `Bearer ${secretOf(1)}`, 'content-type': 'application/json' })

/** GraphQL answers 200 even to what it refuses: one call of each case is read. */
export async function check (server: Server, { method, path, body }: Call): Promise<void> {
  const answer = await fetch(server.origin + path, { method, headers: headers(), ...(body && { body: body.replaceAll('[<id>]', `checked-${Date.now()}`) }) })
  const text = await answer.text()
  if (!answer.ok || text.startsWith('{"errors"')) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
}

/**
 * wrk where it is installed, as pgbench is for the base: what asks takes part of the same processors, and autocannon, in
 * JavaScript, takes twice as much of them.
 */
export const loadedBy = spawnSync('wrk', ['-v']).error ? 'autocannon' : 'wrk'

/** Sixteen connections ask for one call after the other, each as soon as it was answered. */
export async function load (server: Server, calls: Call[], seconds: number): Promise<Load> {
  const { bad, ...measured } = await (loadedBy === 'wrk' ? byWrk : byAutocannon)(server, calls, seconds)
  if (bad) throw new Error(`${calls[0]!.method} ${calls[0]!.path}: ${bad} requests were not answered well`)
  return measured
}

type Loaded = Load & { bad: number }

/** Without control characters, a text of JSON is one of Lua. */
const quoted = JSON.stringify

/** All connections go through the calls together. */
const scriptOf = (calls: Call[], run: string): string => `
wrk.headers = { ${Object.entries(headers()).map(([name, value]) => `[${quoted(name)}] = ${quoted(value)}`).join(', ')} }
local calls = { ${calls.map(({ method, path, body }) => `{ ${quoted(method)}, ${quoted(path)}, ${body === undefined ? 'nil' : quoted(body)} }`).join(',\n')} }
local texts, at, made = {}, 0, 0
function request ()
  at = at % #calls + 1
  if texts[at] then return texts[at] end
  local method, path, body = unpack(calls[at])
  if body and body:find('[<id>]', 1, true) then
    made = made + 1
    return wrk.format(method, path, nil, (body:gsub('%[<id>%]', ${quoted(run)} .. made)))
  end
  texts[at] = wrk.format(method, path, nil, body)
  return texts[at]
end
function done (summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"us":%d,"bad":%d,"p99":%d}\\n', summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99)))
end
`

async function byWrk (server: Server, calls: Call[], seconds: number): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const file = join(folder, 'calls.lua')
  await writeFile(file, scriptOf(calls, `${Date.now()}-`))
  const output = await outputOf('wrk', ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', file, server.origin]).finally(() => rm(folder, { recursive: true }))
  const { requests, us, bad, p99 } = JSON.parse(output.trim().split('\n').at(-1)!)
  return { perSecond: requests / us * 1e6, p99Ms: p99 / 1000, bad }
}

/** Each connection begins at another place of the list. */
async function byAutocannon (server: Server, calls: Call[], seconds: number): Promise<Loaded> {
  const requests = calls.map(({ method, path, body }) => ({ method, path, ...(body !== undefined && { body }) }))
  let clients = 0
  const result = await autocannon({
    url: server.origin, connections, duration: seconds, headers: headers(), requests,
    idReplacement: calls.some(call => call.body?.includes('[<id>]')),
    setupClient (client) {
      const from = Math.floor(clients++ * calls.length / connections) % calls.length
      client.setRequests([...requests.slice(from), ...requests.slice(0, from)])
    }
  })
  const { p99 } = result.latency
  return { perSecond: result.requests.total / result.duration, p99Ms: p99, bad: result.non2xx + result.errors + result.timeouts }
}
