/** The product as it is built, with its worker, on the port and database of the environment. */
import { makeApp } from '../dist/app.js'
import { readConfig } from '../dist/config.js'
import { startWorker } from '../dist/jobs.js'
import { makeServices } from '../dist/services.js'

const { DATABASE_URL, PORT } = process.env
const services = makeServices(readConfig({ DATABASE_URL, PORT, LOG_LEVEL: 'info', RATE_LIMIT_PER_MINUTE: '10000000', MAX_EVENT_LOOP_DELAY_MS: '0' }), DATABASE_URL)
const app = await makeApp(services)
await app.listen({ port: Number(PORT), host: '127.0.0.1' })
const worker = startWorker(services)

process.once('SIGTERM', async () => {
  await app.close()
  await worker.stop()
  await services.close()
  process.exit()
})
