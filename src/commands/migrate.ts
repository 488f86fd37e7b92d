import { Command } from 'commander'

export const migrateCommand = new Command('migrate')
  .description('Bring the database up to date; done by serve too.')
  .action(async () => {
    const { once } = await import('./running.js')
    await once(async () => { process.stdout.write('The database is up to date.\n') })
  })
