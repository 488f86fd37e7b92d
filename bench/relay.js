/**
 * The most that HTTP in Node leaves of a read: one file of Fastify that sends on what one statement answers, the product's own, over
 * pipelined connections. It asks nobody who they are, checks nothing, counts nothing and logs nothing.
 */
import Fastify from 'fastify'
import pg from 'pg'

const { DATABASE_URL, PORT } = process.env
const clients = await Promise.all(Array.from({ length: 3 }, async () => {
  const client = new pg.Client({ connectionString: DATABASE_URL, pipeline: true, options: '-c timezone=UTC -c datestyle=ISO -c max_parallel_workers_per_gather=0' })
  await client.connect()
  return client
}))
const app = Fastify()
let statement
let turn = 0

app.get('/health/ready', async () => ({ status: 'ok' }))

app.put('/statement', async request => {
  statement = request.body
  return { status: 'ok' }
})

app.post('/*', async (_request, reply) => {
  const { rows: [row] } = await clients[++turn % clients.length].query(statement)
  return reply.type('application/json').send(row.bytes)
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
process.once('SIGTERM', async () => {
  await app.close()
  await Promise.all(clients.map(client => client.end()))
  process.exit()
})
