/** What the product is compared with: one file of Fastify with a pool of 16 and SQL by hand; nobody is asked who they are. */
import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'

const { DATABASE_URL, PORT, WORKSPACE: workspace } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 16 })
const app = Fastify()
const all = async (name, text, values) => (await pool.query({ name, text, values })).rows

app.get('/health/ready', async () => ({ status: 'ok' }))

app.get('/v1/conversations/:id', async request => {
  const { id } = request.params
  const [[conversation], messages] = await Promise.all([
    all('conversation', `select c.*, row_to_json(ct) as contact, (select array_agg(email.value) from contact_identities email
        where email.workspace_id = c.workspace_id and email.contact_id = c.contact_id) as addresses
      from conversations c left join contacts ct on ct.workspace_id = c.workspace_id and ct.id = c.contact_id
      where c.workspace_id = $1 and c.id = $2`, [workspace, id]),
    all('messages', 'select * from messages where workspace_id = $1 and conversation_id = $2 order by occurred_at limit 100', [workspace, id])
  ])
  const tags = await all('tags', 'select * from tags where workspace_id = $1 and id = any($2)', [workspace, conversation.tag_ids])
  return { ...conversation, messages, tags }
})

app.get('/v1/conversations', async request => {
  const { status, assigneeId, limit } = request.query
  const data = await all('list', `select c.*, row_to_json(ct) as contact, row_to_json(m) as last_message
    from conversations c left join contacts ct on ct.workspace_id = c.workspace_id and ct.id = c.contact_id
    left join messages m on m.workspace_id = c.workspace_id and m.id = c.last_message_id
    where c.workspace_id = $1 and c.status = $2 and c.assignee_id = $3 and c.disposition = 'active'
    order by c.last_activity_at desc, c.id desc limit $4`, [workspace, status, assigneeId, limit])
  const tags = await all('tags', 'select * from tags where workspace_id = $1 and id = any($2)', [workspace, [...new Set(data.flatMap(row => row.tag_ids))]])
  const byId = new Map(tags.map(tag => [tag.id, tag]))
  return { data: data.map(row => ({ ...row, tags: row.tag_ids.map(id => byId.get(id)) })) }
})

app.post('/v1/conversations/:id/reply', async (request, reply) => {
  const { id } = request.params
  const client = await pool.connect()
  try {
    await client.query('begin')
    const query = (name, text, values) => client.query({ name, text, values })
    const { rows: [held] } = await query('hold', 'select * from conversations where workspace_id = $1 and id = $2 for update', [workspace, id])
    const now = new Date()
    const messageId = randomUUID()
    const { rows: [message] } = await query('message', `insert into messages (workspace_id, id, conversation_id, channel_id, created_at, updated_at, kind,
      occurred_at, author_kind, text) values ($1, $2, $3, $4, $5, $5, 'reply', $5, 'machine', $6) returning *`,
    [workspace, messageId, id, held.channel_id, now, request.body.text])
    await query('change', `update conversations set last_message_at = $3, last_activity_at = $3, last_message_id = $4, waiting_since = null,
      messages_out = messages_out + 1, version = version + 1 where workspace_id = $1 and id = $2`, [workspace, id, now, messageId])
    await query('event', `insert into events (workspace_id, id, type, occurred_at, recorded_at, actor_kind, subject_type, subject_id, conversation_id, resource)
      values ($1, $2, 'message.sent', $3, $3, 'machine', 'message', $4, $5, $6)`, [workspace, randomUUID(), now, messageId, id, JSON.stringify(message)])
    await client.query('commit')
    reply.code(201)
    return message
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
process.once('SIGTERM', async () => {
  await app.close()
  await pool.end()
  process.exit()
})
