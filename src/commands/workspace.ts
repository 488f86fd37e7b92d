import { Command } from 'commander'

export const createWorkspaceCommand = new Command('create')
  .description('Create a workspace and its first API key, which is printed this once.')
  .argument('<name>', 'its name')
  .option('--slug <slug>', 'how commands name it: a–z, 0–9 and -; made from the name when left out')
  .option('--time-zone <zone>', 'its IANA time zone', 'UTC')
  .option('--json', 'print JSON')
  .action(async (name: string, options: { slug?: string, timeZone: string, json?: boolean }) => {
    const { createWorkspace } = await import('./creating.js')
    await createWorkspace(name, options)
  })
