import { makeApp } from './app.js'
import { readConfig } from './config.js'
import { graphqlSchema } from './graphql/face.js'
import { printContract } from './graphql/schema.js'
import { contractYaml } from './http/openapi.js'
import { ledgerText } from './http/ledger.js'
import { modules } from './resources/index.js'
import { makeServices } from './services.js'

/** Every contract that is committed: its file and what it must hold. Needs no database. */
export async function printContracts (): Promise<Record<string, string>> {
  const services = makeServices({ ...readConfig({}), LOG_LEVEL: 'silent' }, 'postgres://nobody@nowhere/none')
  const app = await makeApp(services)
  try {
    await app.ready()
    const schema = graphqlSchema(modules)
    return {
      'openapi.yaml': contractYaml(app.contract()),
      'schema.graphql': printContract(schema),
      'test/parity/ledger.txt': ledgerText(app.operations(), schema)
    }
  } finally {
    await app.close()
    await services.database.close()
  }
}

/** Where two texts part: the number of the first differing line, and that line in both; null when they are the same. */
export function firstDifference (committed: string, printed: string): { line: number, committed: string, printed: string } | null {
  if (committed === printed) return null
  const [was, is] = [committed.split('\n'), printed.split('\n')]
  const at = is.findIndex((line, index) => line !== was[index])
  const index = at < 0 ? is.length : at
  return { line: index + 1, committed: was[index] ?? '(nothing)', printed: is[index] ?? '(nothing)' }
}
