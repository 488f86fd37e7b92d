import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'

const { resolve } = createRequire(import.meta.url)
const inPackage = (name: string, file: string): string => join(dirname(resolve(`${name}/package.json`)), file)

const javascript = 'text/javascript; charset=utf-8'
const assets: [name: string, type: string, file: string][] = [
  ['react.js', javascript, inPackage('react', 'umd/react.production.min.js')],
  ['react-dom.js', javascript, inPackage('react-dom', 'umd/react-dom.production.min.js')],
  ['graphiql.js', javascript, inPackage('graphiql', 'graphiql.min.js')],
  ['graphiql.css', 'text/css; charset=utf-8', inPackage('graphiql', 'graphiql.min.css')]
]

const page = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>SupportOps GraphQL</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/graphiql/graphiql.css">
  <link rel="stylesheet" href="/graphiql/page.css">
</head>
<body>
  <div id="graphiql">Loading …</div>
  <script src="/graphiql/react.js"></script>
  <script src="/graphiql/react-dom.js"></script>
  <script src="/graphiql/graphiql.js"></script>
  <script src="/graphiql/page.js"></script>
</body>
</html>
`

const style = 'body { margin: 0 } #graphiql { height: 100vh }\n'

/** The headers stay in the page's memory: a key is never kept by the browser. */
const script = (path: string): string => `const url = new URL('${path}', location.href)
const socket = new URL(url)
socket.protocol = url.protocol.replace('http', 'ws')
ReactDOM.createRoot(document.getElementById('graphiql')).render(React.createElement(GraphiQL, {
  fetcher: GraphiQL.createFetcher({ url: url.href, subscriptionUrl: socket.href }),
  isHeadersEditorEnabled: true,
  shouldPersistHeaders: false,
  defaultEditorToolsVisibility: 'headers',
  defaultQuery: \`# Say who you are in the Headers tab below:
#
#   { "Authorization": "Bearer sup_live_…" }
#
# Then ask. The book on the left is the reference; Ctrl+Space completes.
\`
}))
`

/** Only what this server sends may run, load or be called; the editor needs styles of its own within the page. */
const policy = ["default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:",
  "font-src 'self' data:", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"].join(';')

/** GraphiQL at `/graphiql`, with every asset from this server. */
export async function graphiqlPage (app: FastifyInstance, { path }: { path: string }): Promise<void> {
  const route = { schema: { hide: true }, config: { open: true } }
  const serve = (name: string, type: string, read: () => Promise<Buffer> | string): void => {
    app.get(name ? `/graphiql/${name}` : '/graphiql', route, async (_request, reply) => reply
      .type(type).header('content-security-policy', policy).header('cache-control', 'public, max-age=3600').send(await read()))
  }
  serve('', 'text/html; charset=utf-8', () => page)
  serve('page.css', 'text/css; charset=utf-8', () => style)
  serve('page.js', javascript, () => script(path))
  for (const [name, type, file] of assets) serve(name, type, () => readFile(file))
}
