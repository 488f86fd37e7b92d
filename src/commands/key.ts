import { Command } from 'commander'
import { scopes } from '../scopes.js'

export const createKeyCommand = new Command('create')
  .description('Create an API key, which is printed this once.')
  .requiredOption('--workspace <slug or id>', 'whose key')
  .option('--name <name>', 'what it is for', 'Key from the command line')
  .option('--scopes <list>', `separated by commas; all when left out: ${scopes.join(', ')}`)
  .option('--expires <time>', 'until when it works, RFC 3339; for ever when left out')
  .option('--json', 'print JSON')
  .action(async (options: { workspace: string, name: string, scopes?: string, expires?: string, json?: boolean }) => {
    const { createKey } = await import('./creating.js')
    await createKey(options)
  })
