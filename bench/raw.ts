import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Statement } from './capture.js'
import { outputOf } from './processes.js'

/** The raw base: the product's own SQL, without the product. Operations per second. */
export interface Raw { by: 'pgbench' | 'pg', run: (seconds: number) => Promise<number> }
/** Which conversations are asked for: `from + step × (0 … count − 1)`; and how many contacts there are to write. */
export interface Range { from: number, step: number, count: number, contacts: number }
const clients = 16

/** `parallel`: one statement on all cores. Otherwise on one, as the product asks: all have something to do. */
export async function rawOf (url: string, statements: Statement[], range: Range, { parallel = false } = {}): Promise<Raw> {
  const options = `-c timezone=UTC -c datestyle=ISO${parallel ? '' : ' -c max_parallel_workers_per_gather=0'}`
  const hasPgbench = spawnSync('pgbench', ['--version']).status === 0
  return hasPgbench ? byPgbench(url, statements, range, options) : byPg(url, statements, range, options)
}

const variables = (statements: Statement[]): string[] =>
  [...new Set(JSON.stringify(statements).match(/<<new\d+>>/g) ?? [])].map(name => name.slice(2, -2))

/** Postgres says of what type each parameter is. */
async function typesOf (client: pg.Client, text: string): Promise<string[]> {
  await client.query(`prepare asked as ${text}`)
  const { rows: [row] } = await client.query<{ types: string[] }>('select parameter_types::text[] as types from pg_prepared_statements where name = \'asked\'')
  await client.query('deallocate asked')
  return row!.types
}

/** Numbers as they stand in ids, and those of threads and of contacts in decimals. */
function variableSql (name: string): string {
  if (name === 'thread') return ':conv::text'
  if (name === 'contact') return ':contact::text'
  return `lpad(to_hex(:${name}::bigint), ${name === 'conv' ? 8 : 12}, '0')`
}

/** Texts go in as variables of pgbench's, so that they are sent as parameters; a colon in a literal would be read as one. */
async function script (client: pg.Client, statements: Statement[], { from, step, count, contacts }: Range): Promise<{ lines: string, settings: string[] }> {
  const settings: string[] = []
  const setting = (value: string): string => { settings.push('-D', `v${settings.length}=${value}`); return `:v${settings.length - 2}::text` }
  const lines = [`\\set conv ${from} + ${step} * random(0, ${count - 1})`, `\\set contact random(1, ${contacts})`, '\\set n :n + 1',
    ...variables(statements).map((name, at) => `\\set ${name} :run * 4294967296 + (:client_id * 64 + ${at}) * 262144 + :n`)]
  const several = statements.length > 1
  if (several) lines.push('\\startpipeline')
  for (const { text, values } of statements) {
    const types = values.length ? await typesOf(client, text) : []
    const made = values.map((value, at) => {
      if (value === null) return `null::${types[at]}`
      const parts = value.split(/(<<\w+>>)/).filter(part => part !== '').map(part => part.startsWith('<<')
        ? variableSql(part.slice(2, -2))
        : setting(part))
      return `(${parts.join(' || ')})::${types[at]}`
    })
    lines.push(text.replaceAll('HH24:MI:SS', "HH24' || chr(58) || 'MI' || chr(58) || 'SS").replace(/\s+/g, ' ')
      .replace(/\$(\d+)/g, (_, n: string) => made[Number(n) - 1]!) + ';')
  }
  if (several) lines.push('\\endpipeline')
  return { lines: lines.join('\n') + '\n', settings }
}

async function byPgbench (url: string, statements: Statement[], range: Range, options: string): Promise<Raw> {
  const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' })
  await client.connect()
  // What the product has planned anew for the values is planned anew here.
  const mode = statements.some(({ replan }) => replan) ? 'extended' : 'prepared'
  const { lines, settings } = await script(client, statements, range).finally(() => client.end())
  return {
    by: 'pgbench',
    async run (seconds) {
      const folder = await mkdtemp(join(tmpdir(), 'bench-'))
      const file = join(folder, 'script.sql')
      await writeFile(file, lines)
      const runId = Math.floor(Date.now() / 1000) % 65536
      const output = await outputOf('pgbench', ['-n', '-M', mode, '-c', String(clients), '-j', '2', '-T', String(seconds), '-f', file,
        '-D', 'n=0', '-D', `run=${runId}`, ...settings, url], { PGOPTIONS: options })
      await rm(folder, { recursive: true })
      const failed = /number of failed transactions: (\d+)/.exec(output)?.[1]
      if (failed && failed !== '0') throw new Error(`pgbench: ${output}`)
      return Number(/tps = ([\d.]+)/.exec(output)?.[1])
    }
  }
}

/** Where pgbench is not installed: a tight loop over pg, each client's statements pipelined. */
async function byPg (url: string, statements: Statement[], { from, step, count, contacts }: Range, options: string): Promise<Raw> {
  let calls = 0
  const named = statements.map(({ text, values, replan }, at) => ({ name: values.length && !replan ? `raw${at}` : undefined, text, values }))
  const once = async (client: pg.Client, run: number): Promise<void> => {
    const call = ++calls
    const conv = from + step * Math.floor(Math.random() * count)
    const filled = (value: string | null) => value && value.replaceAll('<<conv>>', conv.toString(16).padStart(8, '0'))
      .replaceAll('<<thread>>', String(conv)).replaceAll('<<contact>>', String(1 + Math.floor(Math.random() * contacts)))
      .replace(/<<new(\d+)>>/g, (_, at: string) => (run * 2 ** 32 + call * 64 + Number(at)).toString(16).padStart(12, '0'))
    await Promise.all(named.map(({ values, ...query }) => client.query({ ...query, values: values.map(filled) })))
  }
  return {
    by: 'pg',
    async run (seconds) {
      const end = Date.now() + seconds * 1000
      const before = calls
      const run = Math.floor(Date.now() / 1000) % 65536
      await Promise.all(Array.from({ length: clients }, async () => {
        const client = new pg.Client({ connectionString: url, pipeline: true, options } as pg.ClientConfig)
        await client.connect()
        while (Date.now() < end) await once(client, run)
        await client.end()
      }))
      return (calls - before) / seconds
    }
  }
}
