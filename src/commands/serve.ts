import { Command } from 'commander'
import { say } from './say.js'

export const serveCommand = new Command('serve')
  .description('Serve both faces (the default); without DATABASE_URL on an embedded Postgres.')
  .action(async () => {
    const { run } = await import('./running.js')
    // The database starts while the code of the faces is being loaded.
    const [running, { serve }] = await Promise.all([run(say), import('./serving.js')])
    await serve(running)
  })
