import { contextOf, type Services } from '../context.js'
import { createKey } from '../resources/keys/key.service.js'
import { asSystem, createWorkspace, findWorkspace } from '../resources/workspaces/workspace.service.js'
import { scopes } from '../scopes.js'
import { seedWorkspace } from '../seed/seeding.js'
import { once } from './running.js'
import { say } from './say.js'

const demo = 'demo'

export const seed = (options: { workspace?: string, seed: number, json?: boolean }): Promise<void> => once(async ({ services }) => {
  const { workspace, key } = await target(services, options.workspace)
  const made = await seedWorkspace(services, workspace.id, { seed: options.seed, progress })
  process.stdout.write(options.json
    ? `${JSON.stringify({ workspace, key, ...made })}\n`
    : `Workspace ${workspace.slug} has ${made.agents} agents, ${made.contacts} contacts and ${made.conversations} conversations.\n` +
      (key ? `API key, shown this once: ${key.secret}\n` : ''))
})

async function target (services: Services, named: string | undefined) {
  const workspace = await findWorkspace(services, named ?? demo)
  if (named) {
    if (!workspace) throw new Error(`There is no workspace ${named}.`)
    return { workspace, key: null }
  }
  if (workspace) throw new Error('There is a workspace demo already. Name one that is empty: supportops seed --workspace <slug or id>')
  const ctx = contextOf(services, null, 'command line')
  const made = await createWorkspace(ctx, { name: 'Ocean Outfitters (demo)', slug: demo, timeZone: 'Europe/London' })
  return { workspace: made, key: await createKey(asSystem(ctx, made.id), { name: 'First key', scopes }) }
}

/** One line that changes on a terminal; elsewhere one for each fifty. */
function progress (done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\rWriting conversations: ${done} of ${all}${done === all ? '\n' : ''}`)
  else if (done % 50 === 0 || done === all) say(`Writing conversations: ${done} of ${all}`)
}
