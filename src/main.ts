import { Command } from 'commander'
import { importCommand } from './commands/import.js'
import { createKeyCommand } from './commands/key.js'
import { migrateCommand } from './commands/migrate.js'
import { seedCommand } from './commands/seed.js'
import { serveCommand } from './commands/serve.js'
import { createWorkspaceCommand } from './commands/workspace.js'

const program = new Command('supportops')
  .description('The headless support-operations API: conversations, channels, service standards and metrics on Postgres.')
  .addHelpText('after', '\nEvery setting is an environment variable: see .env.example.')
  .showHelpAfterError()

program.addCommand(serveCommand, { isDefault: true })
program.addCommand(migrateCommand)
program.addCommand(seedCommand)
program.addCommand(importCommand)
program.addCommand(new Command('workspace').description('Workspaces.').addCommand(createWorkspaceCommand))
program.addCommand(new Command('key').description('API keys.').addCommand(createKeyCommand))

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
