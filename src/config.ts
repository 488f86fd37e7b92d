import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const flag = (standard: 'true' | 'false') => z.enum(['true', 'false']).default(standard).transform(value => value === 'true')
const count = (min: number, max: number, standard: number) => z.coerce.number().int().min(min).max(max).default(standard)

const stateFolder = process.getuid?.() === 0
  ? '/var/lib/supportops'
  : join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'supportops')

/** Every setting of the server: its environment variable, its bounds, its default. The only reader of the environment. */
export const Environment = z.object({
  PORT: count(0, 65_535, 3000).describe('The port that both faces are served on; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('The address to listen on; 0.0.0.0 in a container.'),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://').optional()
    .describe('A Postgres 15 or later. Without it an embedded Postgres is started, with its data under DATA_DIR.'),
  DATA_DIR: z.string().default(stateFolder).describe('Where the embedded Postgres keeps its data.'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info')
    .describe('How much is logged, as JSON lines on standard output.'),
  BOOTSTRAP_API_KEY: z.string().regex(/^sup_live_[A-Za-z0-9_-]{32,128}$/, 'must be sup_live_ and at least 32 characters')
    .optional().describe('The first workspace\'s API key, for containers; without it a key is made and printed, once.'),
  PUBLIC_URL: z.url().optional().describe('The address clients reach this server at, where it stands behind a proxy.'),
  TRUST_PROXY: z.string().default('').describe('Addresses or ranges of proxies whose forwarded headers are believed.'),
  CORS_ORIGINS: z.string().default('').transform(list => list.split(',').map(x => x.trim()).filter(Boolean))
    .describe('Origins of browsers that may call, separated by commas; none by default.'),
  RATE_LIMIT_PER_MINUTE: count(1, 10_000_000, 6000).describe('Requests a minute for each API key or token subject.'),
  DATABASE_POOL_SIZE: count(1, 200, 16).describe('Connections for transactions; reads have three more of their own.'),
  STATEMENT_TIMEOUT_MS: count(100, 600_000, 15_000).describe('Longest time of one SQL statement, in milliseconds.'),
  MAX_EVENT_LOOP_DELAY_MS: count(0, 60_000, 1000)
    .describe('Delay of the event loop, in milliseconds, past which requests are shed with 503; 0 never sheds.'),
  GRAPHQL_MAX_COST: count(100, 1_000_000, 10_000).describe('The highest computed cost of one GraphQL operation.'),
  ALLOW_PRIVATE_ADDRESSES: flag('false')
    .describe('Whether addresses given by callers (key sets) may be private or loopback; for development only.'),
  WORKER: flag('true').describe('Whether this process also runs the background work (waking snoozed conversations …).')
})

export type Config = z.output<typeof Environment>

/** Reads the environment; throws one error that names every bad variable. */
export function readConfig (environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const result = Environment.safeParse(given)
  if (result.success) return result.data
  const lines = result.error.issues.map(issue => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The configuration is not usable:\n${lines.join('\n')}\nSee .env.example for every variable.`)
}
