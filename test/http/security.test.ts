import t from 'tap'
import { startApp } from '../support/app.js'

t.test('every answer carries what Helmet recommends, refusals too', async t => {
  const { app } = await startApp(t)
  for (const [url, status] of [['/health/live', 200], ['/v1/tags', 401], ['/nowhere', 404]] as const) {
    const { statusCode, headers } = await app.inject({ url })
    t.equal(statusCode, status, url)
    t.match(headers, {
      'content-security-policy': /^default-src 'self';/, 'strict-transport-security': /^max-age=\d{8}/, 'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin'
    }, url)
  }
})
