import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import { makeApp } from './app.js'
import { readConfig } from './config.js'
import { printEnvironmentExample, withSettings } from './config.docs.js'
import { graphqlSchema } from './graphql/face.js'
import { printContract } from './graphql/schema.js'
import { ledgerText } from './http/ledger.js'
import { contractYaml } from './http/openapi/yaml.js'
import { modules } from './resources/index.js'
import { projectRoot } from './root.js'
import { makeServices } from './services.js'

export interface BothFaces { app: FastifyInstance, schema: GraphQLSchema, close: () => Promise<void> }

/** Both faces as they would be served, without a database: connections are made when something is asked of them. */
export async function bothFaces (): Promise<BothFaces> {
  const services = makeServices(readConfig({ LOG_LEVEL: 'silent', WORKER: 'false', MAX_EVENT_LOOP_DELAY_MS: '0' }), 'postgres://nobody@nowhere/none')
  const app = await makeApp(services)
  await app.ready()
  return {
    app,
    schema: graphqlSchema(modules),
    async close () {
      await app.close()
      await services.database.close()
    }
  }
}

/** Every contract that is committed: its file and what it must hold. */
export const printContracts = ({ app, schema }: BothFaces): Record<string, string> => ({
  'openapi.yaml': contractYaml(app.contract()),
  'schema.graphql': printContract(schema),
  'test/parity/ledger.txt': ledgerText(app.operations(), schema),
  '.env.example': printEnvironmentExample(),
  'README.md': withSettings(readFileSync(join(projectRoot, 'README.md'), 'utf8'))
})

/** Where two texts part: the number of the first differing line, and that line in both; null when they are the same. */
export function firstDifference (committed: string, printed: string): { line: number, committed: string, printed: string } | null {
  if (committed === printed) return null
  const [was, is] = [committed.split('\n'), printed.split('\n')]
  const at = is.findIndex((line, index) => line !== was[index])
  const index = at < 0 ? is.length : at
  return { line: index + 1, committed: was[index] ?? '(nothing)', printed: is[index] ?? '(nothing)' }
}
