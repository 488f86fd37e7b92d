import t from 'tap'
import { makeApp } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import { makeServices } from '../../src/services.js'
import { testDatabase } from '../support/database.js'

t.test('every answer is a line of the log under its request id, with nothing secret in it', async t => {
  const lines: string[] = []
  const services = makeServices(readConfig({ LOG_LEVEL: 'info', WORKER: 'false', MAX_EVENT_LOOP_DELAY_MS: '0' }), await testDatabase(), Date.now, { logTo: { write: line => { lines.push(line) } } })
  const app = await makeApp(services)
  t.teardown(async () => { await app.close(); await services.close() })
  const secret = 'sup_live_nobody_knows_this_one_0123456789012345'
  const { headers, statusCode } = await app.inject({ url: '/v1/conversations/secret-id?q=secret-words', headers: { authorization: `Bearer ${secret}` } })
  t.equal(statusCode, 401)
  const answered = lines.map(line => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'answered')
  t.match(answered, [{ level: 30, reqId: headers['x-request-id'] as string, method: 'GET', route: '/v1/conversations/:id', status: 401, ms: Number }])
  t.equal(answered.length, 1)
  t.notMatch(lines.join(''), /nobody_knows|secret-id|secret-words/)
})
