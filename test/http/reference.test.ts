import t from 'tap'
import { parse } from 'yaml'
import { bothFaces } from '../../src/contracts.js'

const { app, close } = await bothFaces()
t.teardown(close)
const get = (url: string) => app.inject({ method: 'GET', url })

t.test('the contract is served as JSON, as YAML and to the reference page, the same each time', async t => {
  const json = await get('/openapi.json')
  t.equal(json.headers['content-type'], 'application/json; charset=utf-8')
  t.same(json.json(), app.contract())
  const yaml = await get('/openapi.yaml')
  t.match(yaml.headers['content-type'], /^application\/yaml/)
  t.same(parse(yaml.body), app.contract())
  t.equal((await get('/openapi.yaml')).body, yaml.body)
})

t.test('the reference page takes everything from this server', async t => {
  const page = await get('/docs/')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-security-policy'], /^default-src 'self'/)
  t.notMatch(page.headers['content-security-policy'], /https:|upgrade-insecure-requests/)
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)
  t.ok(assets.length >= 5)
  for (const asset of assets) {
    t.match(asset, /^\.\/static\//, `${asset} is one of ours`)
    t.equal((await get(asset.replace('.', '/docs'))).statusCode, 200, `${asset} is there`)
  }
})

t.test('the page shows our contract, from wherever it stands, and has nobody check it', async t => {
  const { body } = await get('/docs/static/swagger-initializer.js')
  const SwaggerUIBundle = Object.assign((settings: object) => settings, { presets: { apis: 'apis' }, plugins: { DownloadUrl: 'download' } })
  const page = { document: { currentScript: { src: 'https://example.com/support/docs/static/swagger-initializer.js' } }, SwaggerUIBundle, SwaggerUIStandalonePreset: 'preset' }
  t.match(new Function(...Object.keys(page), `return ${body}`)(...Object.values(page)), {
    url: 'https://example.com/support/openapi.json', dom_id: '#swagger-ui', validatorUrl: null, persistAuthorization: true, presets: ['apis', 'preset']
  })
  const addresses = async (url: string) => [...(await get(url)).body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => new URL(address!, `http://h${url}`).pathname)
  t.same(await addresses('/docs'), await addresses('/docs/'))
})
