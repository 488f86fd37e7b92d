import type { FastifyInstance } from 'fastify'
import { css, fileOf, html, javascript, servePage } from '../http/pages.js'

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
  servePage(app, '/graphiql', policy, {
    '': [html, () => page],
    'page.css': [css, () => style],
    'page.js': [javascript, () => script(path)],
    'react.js': [javascript, fileOf('react', 'umd/react.production.min.js')],
    'react-dom.js': [javascript, fileOf('react-dom', 'umd/react-dom.production.min.js')],
    'graphiql.js': [javascript, fileOf('graphiql', 'graphiql.min.js')],
    'graphiql.css': [css, fileOf('graphiql', 'graphiql.min.css')]
  })
}
