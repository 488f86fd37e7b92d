import { once } from 'node:events'
import closeWithGrace from 'close-with-grace'
import { makeApp } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import { startWorker } from '../../src/jobs.js'
import { makeServices } from '../../src/services.js'

/*
 * A server process on DATABASE_URL, which is migrated. It is ready with its code loaded, touches the database and listens
 * only when it is told to by a line on standard input, and says where: so a test need not wait for Node between two of them.
 */
const config = readConfig()
const services = makeServices(config, config.DATABASE_URL!)
const app = await makeApp(services)
await app.ready()
await once(process.stdin, 'data')
process.stdin.unref()
const address = await app.listen({ port: 0, host: '127.0.0.1' })
const worker = startWorker(services)
closeWithGrace({ delay: 20_000, logger: false }, async () => {
  await app.close()
  await worker.stop()
  await services.close()
})
process.stdout.write(`listening at ${address}\n`)
