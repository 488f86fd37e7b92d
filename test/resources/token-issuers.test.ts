import { exportJWK, generateKeyPair } from 'jose'
import t from 'tap'
import { scopes } from '../../src/scopes.js'
import { startApp } from '../support/app.js'

const { workspace } = await startApp(t)
const issuer = { issuer: 'https://login.example.com/', audience: 'supportops', subjectKind: 'contact', algorithms: ['ES256', 'RS256'] }
const uri = 'https://login.example.com/jwks.json'

t.test('an issuer made by REST is the same by GraphQL, and can be changed, upserted and deleted', async t => {
  const w = await workspace()
  const made = await w.post('/v1/tokenIssuers', { ...issuer, externalId: 'sso', jwksUri: uri })
  t.equal(made.status, 201)
  t.match(made.body, { ...issuer, algorithms: ['RS256', 'ES256'], externalId: 'sso', jwksUri: uri, jwks: null, version: 1 })
  const fields = 'id externalId version createdAt updatedAt issuer audience subjectKind algorithms jwksUri jwks'
  const { data } = await w.graphql(`{ tokenIssuer(id: "external:sso") { ${fields} } tokenIssuers { nodes { id } totalCount } }`)
  t.same(data, { tokenIssuer: made.body, tokenIssuers: { nodes: [{ id: made.body.id }], totalCount: 1 } })

  const jwks = { keys: [{ ...await exportJWK((await generateKeyPair('ES256')).publicKey), kid: 'a' }] }
  t.match((await w.patch('/v1/tokenIssuers/external:sso', { jwks })).body, { jwks, jwksUri: null, version: 2 })
  const upserted = await w.put('/v1/tokenIssuers/external:sso', { ...issuer, jwksUri: uri, algorithms: ['RS256'] })
  t.match(upserted.body, { outcome: 'updated', resource: { jwks: null, jwksUri: uri, algorithms: ['RS256'], version: 3 } })
  t.equal((await w.delete('/v1/tokenIssuers/external:sso', { 'if-match': '"1"' })).body.code, 'preconditionFailed')
  t.equal((await w.delete('/v1/tokenIssuers/external:sso', { 'if-match': '"3"' })).status, 204)
  t.equal((await w.get('/v1/tokenIssuers/external:sso')).status, 404)
  const { body: { data: events } } = await w.get(`/v1/events?subjectId=${made.body.id}`)
  t.same(events.map((event: any) => event.type), ['tokenIssuer.created', 'tokenIssuer.updated', 'tokenIssuer.updated', 'tokenIssuer.deleted'])
})

t.test('keys come from one place: an address that is public, or a set of public keys', async t => {
  const w = await workspace()
  const refused = async (body: object, path: string, message?: RegExp): Promise<void> => {
    t.match((await w.post('/v1/tokenIssuers', { ...issuer, ...body })).body, { code: 'invalid', errors: [{ path, ...(message && { message }) }] }, JSON.stringify(body).slice(0, 100))
  }
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwks = { keys: [await exportJWK(publicKey)] }
  await refused({}, 'jwks', /one of the two/)
  await refused({ jwksUri: uri, jwks }, 'jwks', /one of the two/)
  for (const address of ['http://login.example.com/jwks', 'https://127.0.0.1/jwks', 'https://[::1]/jwks', 'https://10.1.2.3/', 'https://169.254.169.254/', 'https://[::ffff:10.0.0.1]/', 'https://localhost/',
    'https://2130706433/', 'https://user:password@login.example.com/', 'file:///etc/passwd', 'nonsense']) await refused({ jwksUri: address }, 'jwksUri')
  await refused({ jwks: { keys: [await exportJWK(privateKey)] } }, 'jwks', /private key/)
  await refused({ jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }, 'jwks', /not an RSA, EC or OKP key/)
  for (const set of [{}, { keys: [] }, { keys: 'a' }, { keys: [null] }, { keys: Array(21).fill(jwks.keys[0]) }]) await refused({ jwks: set }, 'jwks')
  for (const algorithms of [['HS256'], ['none'], []]) await refused({ jwksUri: uri, algorithms }, algorithms.length ? 'algorithms.0' : 'algorithms')
  t.equal((await w.get('/v1/tokenIssuers?count=true')).body.page.total, 0)
})

t.test('an issuer and audience are believed once in a workspace', async t => {
  const [w, other] = [await workspace(), await workspace()]
  t.equal((await w.post('/v1/tokenIssuers', { ...issuer, jwksUri: uri })).status, 201)
  t.match((await w.post('/v1/tokenIssuers', { ...issuer, jwksUri: uri })).body, { code: 'conflict', errors: [{ path: 'audience' }] })
  t.equal((await w.post('/v1/tokenIssuers', { ...issuer, audience: 'portal', jwksUri: uri })).status, 201)
  t.equal((await other.post('/v1/tokenIssuers', { ...issuer, jwksUri: uri })).status, 201)
})

t.test('only who has every scope says who issues agents\' tokens, because an admin\'s have every one', async t => {
  const w = await workspace()
  const limited = await w.withScopes(scopes.filter(scope => scope !== 'keys:write'))
  t.match((await limited.post('/v1/tokenIssuers', { ...issuer, jwksUri: uri, subjectKind: 'agent' })).body, { code: 'forbidden' })
  const { body: { id } } = await limited.post('/v1/tokenIssuers', { ...issuer, jwksUri: uri })
  t.match((await limited.patch(`/v1/tokenIssuers/${id}`, { subjectKind: 'agent' })).body, { code: 'forbidden' })
  await w.patch(`/v1/tokenIssuers/${id}`, { subjectKind: 'agent' })
  t.match((await limited.patch(`/v1/tokenIssuers/${id}`, { jwksUri: 'https://other.example.com/' })).body, { code: 'forbidden' })
  t.match((await w.get(`/v1/tokenIssuers/${id}`)).body, { subjectKind: 'agent', jwksUri: uri, version: 2 })
})
