import fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { graphiqlPage } from '../../src/graphql/graphiql.js'
import { securityHeaders } from '../../src/http/security.js'

async function makePage (): Promise<FastifyInstance> {
  const app = fastify() as unknown as FastifyInstance
  await app.register(securityHeaders)
  await app.register(graphiqlPage, { path: '/graphql' })
  return app
}

t.test('the page and everything it loads come from this server', async t => {
  const app = await makePage()
  t.teardown(() => app.close())
  const page = await app.inject('/graphiql')
  t.equal(page.statusCode, 200)
  t.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  t.notMatch(page.body, /https?:|\/\/[a-z]/)
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
  t.strictSame(loaded, ['data:,', '/graphiql/graphiql.css', '/graphiql/page.css', '/graphiql/react.js', '/graphiql/react-dom.js',
    '/graphiql/graphiql.js', '/graphiql/page.js'])
  for (const url of loaded.slice(1)) {
    const asset = await app.inject(url)
    t.equal(asset.statusCode, 200, url)
    t.match(asset.headers['content-type'], url.endsWith('.css') ? 'text/css' : 'text/javascript')
    t.ok(asset.body.length > 20)
    if (url.endsWith('.css')) t.notMatch(asset.body.replaceAll(/url\(data:[^)]*\)/g, ''), /url\(|@import/, `${url} loads nothing`)
  }
})

t.test('the page\'s policy lets nothing else in, and nothing inline run', async t => {
  const app = await makePage()
  t.teardown(() => app.close())
  for (const url of ['/graphiql', '/graphiql/page.js']) {
    t.equal((await app.inject(url)).headers['content-security-policy'],
      'default-src \'none\';script-src \'self\';style-src \'self\' \'unsafe-inline\';img-src \'self\' data:;font-src \'self\' data:;' +
      'connect-src \'self\';base-uri \'none\';form-action \'none\';frame-ancestors \'none\'')
  }
  const { body } = await app.inject('/graphiql')
  t.notMatch(body, /<script(?! src)|<style|style=|\son\w+=/)
})

t.test('the page asks the right place, and keeps no key', async t => {
  const app = await makePage()
  t.teardown(() => app.close())
  const { body } = await app.inject('/graphiql/page.js')
  const props: Record<string, any>[] = []
  const rendered: unknown[] = []
  const GraphiQL = Object.assign(() => {}, { createFetcher: (options: object) => options })
  const page = {
    location: { href: 'https://support.example.com/graphiql?query=x' },
    document: { getElementById: (id: string) => id },
    React: { createElement: (type: unknown, given: object) => { props.push(given); return type } },
    ReactDOM: { createRoot: (root: unknown) => ({ render: (element: unknown) => rendered.push(root, element) }) },
    GraphiQL
  }
  new Function(...Object.keys(page), body)(...Object.values(page))
  t.strictSame(rendered, ['graphiql', GraphiQL])
  t.match(props, [{
    fetcher: { url: 'https://support.example.com/graphql', subscriptionUrl: 'wss://support.example.com/graphql' },
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false
  }])
})
