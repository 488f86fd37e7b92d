import type { FastifyInstance } from 'fastify'
import { css, fileOf, html, javascript, servePage, type File } from './pages.js'

const path = '/docs'

/** The page loads nothing but what this server has, and tells nobody else what it shows. */
const policy = "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; img-src 'self' data:; object-src 'none'; style-src 'self'"

/** Of the package only these files are used: its code would be loaded at every start. */
const asset = (type: string, name: string): Record<string, File> => ({ [`static/${name}`]: [type, fileOf('@fastify/swagger-ui', `static/${name}`)] })

/** Addresses are relative, so that it may stand below another path; they begin where the page's own address ends. */
const page = (base: string): string => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>SupportOps API</title>
  <link rel="icon" type="image/png" href="${base}/favicon-32x32.png" sizes="32x32">
  <link rel="icon" type="image/png" href="${base}/favicon-16x16.png" sizes="16x16">
  <link rel="stylesheet" href="${base}/swagger-ui.css">
  <link rel="stylesheet" href="${base}/index.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="${base}/swagger-ui-bundle.js"></script>
  <script src="${base}/swagger-ui-standalone-preset.js"></script>
  <script src="${base}/swagger-initializer.js"></script>
</body>
</html>
`

const settings = {
  dom_id: '#swagger-ui', layout: 'StandaloneLayout', deepLinking: true, persistAuthorization: true, displayRequestDuration: true, validatorUrl: null
}

const script = `SwaggerUIBundle(Object.assign(${JSON.stringify(settings)}, {
  url: new URL('../../openapi.json', document.currentScript.src).href,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [SwaggerUIBundle.plugins.DownloadUrl]
}))
`

/** The reference of the REST face at `/docs`, with every asset from this server. */
export function referencePage (app: FastifyInstance): void {
  servePage(app, path, policy, {
    '': [html, ({ url }) => page(/^[^?]*\/(\?|$)/.test(url) ? './static' : `.${path}/static`)],
    'static/swagger-initializer.js': [javascript, () => script],
    ...asset(javascript, 'swagger-ui-bundle.js'),
    ...asset(javascript, 'swagger-ui-standalone-preset.js'),
    ...asset(css, 'swagger-ui.css'),
    ...asset(css, 'index.css'),
    ...asset('image/png', 'favicon-32x32.png'),
    ...asset('image/png', 'favicon-16x16.png')
  })
}
