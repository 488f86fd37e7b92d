import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { v7 } from 'uuid'
import { makeApp } from '../../src/app.js'
import { readConfig, type Config } from '../../src/config.js'
import type { Services } from '../../src/context.js'
import { rows } from '../../src/db/connection.js'
import { runDue } from '../../src/jobs.js'
import { makeSecret } from '../../src/resources/keys/key.secret.js'
import { scopes, type Scope } from '../../src/scopes.js'
import { makeServices } from '../../src/services.js'
import type { Timers } from '../../src/timers.js'
import { caller, type Caller } from './caller.js'
import { testDatabase } from './database.js'

export interface TestApp {
  app: FastifyInstance
  services: Services
  /** Moves the server's clock; it stands still otherwise. */
  clock: { now: number, advance: (ms: number) => void }
  /** A fresh workspace, and a caller with every scope in it. */
  workspace: () => Promise<Workspace>
}

export interface Workspace extends Caller {
  workspaceId: string
  keyId: string
  /** Does what the worker would do now, in every workspace. */
  runDue: () => Promise<Record<string, number>>
  /** Another caller of the same workspace, with these scopes only. */
  withScopes: (scopes: Scope[]) => Promise<Caller>
}

/** The whole server on a real database, with a clock that only the test moves; closed with the test. */
export async function startApp (t: Test, settings: Partial<Record<keyof Config, string>> = {}, { timers, url }: { timers?: Timers, url?: string } = {}): Promise<TestApp> {
  const databaseUrl = url ?? await testDatabase()
  const config = readConfig({ LOG_LEVEL: process.env.TEST_LOG ?? 'silent', WORKER: 'false', RATE_LIMIT_PER_MINUTE: '1000000', MAX_EVENT_LOOP_DELAY_MS: '0', ...settings })
  const clock = {
    now: Date.parse('2026-03-02T10:00:00.000Z'),
    advance (ms: number) { clock.now += ms }
  }
  const services = makeServices(config, databaseUrl, () => clock.now, { timers })
  const app = await makeApp(services)
  await app.ready()
  t.teardown(async () => {
    await app.close()
    await services.close()
  })
  return { app, services, clock, workspace: async () => makeWorkspace(app, services) }
}

async function makeKey (services: Services, workspaceId: string, allowed: readonly Scope[]): Promise<{ id: string, secret: string }> {
  const { secret, hash, prefix } = makeSecret()
  const id = v7()
  await rows(services.database.read, `insert into api_keys (workspace_id, id, name, prefix, secret_hash, scopes)
    values ($1, $2, 'test', $3, $4, $5)`, [workspaceId, id, prefix, hash, allowed])
  return { id, secret }
}

async function makeWorkspace (app: FastifyInstance, services: Services): Promise<Workspace> {
  const workspaceId = v7()
  await rows(services.database.read, 'insert into workspaces (id, slug, name) values ($1, $2, $3)',
    [workspaceId, `w-${workspaceId}`, 'Test'])
  const { id, secret } = await makeKey(services, workspaceId, scopes)
  return {
    ...caller(app, secret),
    workspaceId,
    keyId: id,
    runDue: () => runDue(services),
    withScopes: async allowed => caller(app, (await makeKey(services, workspaceId, allowed)).secret)
  }
}
