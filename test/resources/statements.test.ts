import t from 'tap'
import { startApp } from '../support/app.js'
import { supportTeam } from '../support/support-team.js'

const { workspace, services } = await startApp(t)

/** Counts the statements that reads send while something is done; the announcing of earlier writes is none of theirs. */
async function statements (work: () => Promise<unknown>): Promise<number> {
  const client = services.database.read.$client
  const original = client.query
  let sent = 0
  client.query = (...query) => {
    const [statement] = query
    if (!(typeof statement === 'string' ? statement : statement.text).includes('pg_notify')) sent++
    return original.apply(client, query)
  }
  try {
    await work()
  } finally {
    client.query = original
  }
  return sent
}

t.test('a list with everything beside it takes as many statements for fifty as for one', async t => {
  const w = await workspace()
  const { conversation, ann, refund, angry, team } = await supportTeam(w)
  const rest = () => w.get('/v1/conversations?limit=50&expand=contact,assignee,team,company,channel,tags,lastMessage')
  const graphql = () => w.graphql(`{ conversations(first: 50) { nodes { id contact { id name company { name } } assignee { id teams { name } } team { name }
    tags { name parent { name } } channel { name } lastMessage { preview } clocks { state } } } }`)
  const make = async () => {
    const { id } = await conversation({ assigneeId: ann.id, teamId: team.id, tagIds: [refund.id, angry.id] })
    await w.post(`/v1/conversations/${id}/reply`, { text: 'hello' })
  }
  await make()
  await rest()
  t.equal((await graphql()).errors, undefined)
  const [restOfOne, graphqlOfOne] = [await statements(rest), await statements(graphql)]
  await Promise.all(Array.from({ length: 49 }, make))
  t.equal((await rest()).body.data.length, 50)
  t.equal(await statements(rest), restOfOne)
  t.equal(await statements(graphql), graphqlOfOne)
  t.ok(restOfOne <= 2, `REST takes ${restOfOne}`)
  t.ok(graphqlOfOne <= 6, `GraphQL takes ${graphqlOfOne}`)
})
