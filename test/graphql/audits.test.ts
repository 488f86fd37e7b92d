import { serverAudits } from 'graphql-http'
import t from 'tap'
import { makeToy } from './toy.js'

t.test('every audit of GraphQL over HTTP is kept: MUST, SHOULD and MAY', async t => {
  const { app } = await makeToy(t)
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql`
  const audits = serverAudits({ url })
  t.equal(audits.length, 61)
  for (const audit of audits) {
    const result = await audit.fn()
    t.equal(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`, 'ok', `${audit.id} ${audit.name}`)
  }
})
