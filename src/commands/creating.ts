import { contextOf } from '../context.js'
import { scopes } from '../scopes.js'
import { createKey as makeKey } from '../resources/keys/key.service.js'
import { CreateKey } from '../resources/keys/key.shapes.js'
import { asSystem, createWorkspace as makeWorkspace, findWorkspace } from '../resources/workspaces/workspace.service.js'
import { sent } from '../validate.js'
import { once } from './running.js'

const print = (text: string): void => { process.stdout.write(`${text}\n`) }

export interface WorkspaceOptions { slug?: string, timeZone: string, json?: boolean }

export const createWorkspace = (name: string, { slug, timeZone, json }: WorkspaceOptions): Promise<void> => once(async ({ services }) => {
  const ctx = contextOf(services, null, 'command line')
  const workspace = await makeWorkspace(ctx, { name, slug, timeZone })
  const key = await makeKey(asSystem(ctx, workspace.id), { name: 'First key', scopes })
  print(json
    ? JSON.stringify({ workspace, key })
    : `Workspace ${workspace.name} (${workspace.slug}), id ${workspace.id}\nAPI key, shown this once: ${key.secret}`)
})

export interface KeyOptions { workspace: string, name: string, scopes?: string, expires?: string, json?: boolean }

export const createKey = (options: KeyOptions): Promise<void> => once(async ({ services }) => {
  const input = sent(CreateKey, {
    name: options.name,
    scopes: options.scopes?.split(',').map(scope => scope.trim()) ?? scopes,
    expiresAt: options.expires
  })
  const workspace = await findWorkspace(services, options.workspace)
  if (!workspace) throw new Error(`There is no workspace ${options.workspace}.`)
  const key = await makeKey(asSystem(contextOf(services, null, 'command line'), workspace.id), input)
  print(options.json ? JSON.stringify(key) : `API key, shown this once: ${key.secret}`)
})
