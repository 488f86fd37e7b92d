import { exportSPKI, importJWK, type CryptoKey } from 'jose'
import t from 'tap'
import { scopesOfRole } from '../../src/scopes.js'
import { startApp, type Workspace } from '../support/app.js'
import { caller, type Caller } from '../support/caller.js'
import { signingKey, startIssuer } from '../support/issuing.js'
import { supportTeam } from '../support/support-team.js'

const { app, workspace, clock } = await startApp(t, { ALLOW_PRIVATE_ADDRESSES: 'true' })
const issuer = await startIssuer(t, () => clock.now)
const key = await signingKey('k-1')
issuer.serve(key)

/** A workspace of its own audience that believes the issuer about agents or contacts. */
async function believing (subjectKind: 'agent' | 'contact', more: object = {}): Promise<Workspace & { audience: string, as: (sub: string) => Promise<Caller> }> {
  const w = await workspace()
  const audience = `supportops-${w.workspaceId}`
  const made = await w.post('/v1/tokenIssuers', { issuer: issuer.name, audience, subjectKind, algorithms: ['RS256'], jwksUri: issuer.jwksUri, ...more })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  return { ...w, audience, as: async sub => caller(app, await issuer.sign(key, { aud: audience, sub })) }
}

t.test('an agent\'s token does what the agent\'s role may do, as that agent', async t => {
  const w = await believing('agent')
  const { conversation } = await supportTeam(w)
  const { id } = await conversation()
  for (const role of ['admin', 'lead', 'agent', 'viewer'] as const) {
    const { body: agent } = await w.post('/v1/agents', { name: role, email: `${role}@team.example`, role, externalId: `idp|${role}` })
    const may = (status: number, scope: Parameters<(typeof scopesOfRole)['admin']['has']>[0]): number => scopesOfRole[role].has(scope) ? status : 403
    for (const subject of [agent.id, `idp|${role}`]) {
      const signedIn = await w.as(subject)
      t.equal((await signedIn.get(`/v1/conversations/${id}`)).status, 200, `${role} reads`)
      const note = await signedIn.post(`/v1/conversations/${id}/note`, { text: 'seen' })
      t.equal(note.status, may(201, 'conversations:write'), `${role} notes`)
      if (note.status === 201) t.match(note.body, { author: { kind: 'agent', id: agent.id } })
      t.equal((await signedIn.post('/v1/teams', { name: `${role} ${subject}` })).status, may(201, 'agents:write'), `${role} makes a team`)
      t.equal((await signedIn.post('/v1/keys', { name: 'x', scopes: ['tags:read'] })).status, may(201, 'keys:write'), `${role} makes a key`)
    }
    await w.post(`/v1/agents/${agent.id}/deactivate`)
    t.equal((await (await w.as(agent.id)).get(`/v1/conversations/${id}`)).status, 401, `${role} has gone`)
  }
})

t.test('a contact\'s token reads and writes its own conversations and nothing else', async t => {
  const w = await believing('contact')
  const { conversation, made, contact, channel } = await supportTeam(w)
  const other = await made('/v1/contacts', { name: 'Eve', externalId: 'crm-2' })
  const own = await conversation()
  const foreign = await conversation({ contactId: other.id })
  await w.post(`/v1/conversations/${own.id}/reply`, { text: 'We are looking.' })
  await w.post(`/v1/conversations/${own.id}/note`, { text: 'A difficult one.' })
  const ada = await w.as('crm-1')

  t.same((await ada.get('/v1/conversations')).body.data.map((each: any) => each.id), [own.id])
  t.equal((await ada.get(`/v1/conversations/${own.id}`)).body.contactId, contact.id)
  t.equal((await ada.get(`/v1/conversations/${foreign.id}`)).status, 404)
  t.equal((await ada.get(`/v1/conversations/${foreign.id}/messages`)).status, 404)
  t.equal((await ada.post(`/v1/conversations/${foreign.id}/reply`, { text: 'x' })).status, 404)
  t.same((await ada.get(`/v1/conversations/${own.id}/messages`)).body.data.map((each: any) => each.text), ['We are looking.'])
  const { data } = await ada.graphql('{ conversations { nodes { id messages { text } } } }')
  t.same(data.conversations.nodes.map((each: any) => each.id), [own.id])
  t.notMatch(JSON.stringify(data), /difficult/)

  const reply = await ada.post(`/v1/conversations/${own.id}/reply`, { text: 'Thank you.' })
  t.match([reply.status, reply.body], [201, { kind: 'inbound', author: { kind: 'customer', id: contact.id } }])
  const begun = await ada.post('/v1/conversations', { channelId: channel.id, subject: 'Another thing' })
  t.match([begun.status, begun.body.contactId], [201, contact.id])
  t.equal((await ada.get('/v1/conversations?count=true')).body.page.total, 2)

  const forbidden: Array<Promise<{ body: any }>> = [
    ada.get('/v1/contacts'), ada.get('/v1/agents'), ada.get('/v1/tags'), ada.get('/v1/events'), ada.get('/v1/keys'), ada.get('/v1/workspace'),
    ada.get('/v1/tokenIssuers'), ada.get('/v1/channels'), ada.post(`/v1/conversations/${own.id}/resolve`, {}), ada.post(`/v1/conversations/${own.id}/note`, { text: 'x' }),
    ada.patch(`/v1/conversations/${own.id}`, { subject: 'x' }), ada.delete(`/v1/conversations/${own.id}`)
  ]
  for (const { body } of await Promise.all(forbidden)) t.equal(body.code, 'forbidden')
  t.equal((await w.get(`/v1/conversations/${own.id}`)).body.subject, 'Order 3348')
  t.equal((await (await w.as('crm-3')).get('/v1/conversations')).status, 401, 'nobody')
})

t.test('a token that is not right in everything is refused in the same words', async t => {
  const w = await believing('agent')
  const { body: { id: sub } } = await w.post('/v1/agents', { name: 'Ann', email: 'ann@team.example', role: 'admin' })
  const right = { aud: w.audience, sub }
  const now = Math.floor(clock.now / 1000)
  const [forged, elliptic] = [await signingKey('k-1'), await signingKey('k-ec', 'ES256')]
  issuer.serve(key, elliptic)
  const unsigned = (header: object): string => `${[header, { iss: issuer.name, ...right, exp: now + 60 }]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
  const pem = new TextEncoder().encode(await exportSPKI(await importJWK(key.publicJwk, 'RS256', { extractable: true }) as CryptoKey))
  const good = await issuer.sign(key, right)
  t.equal((await caller(app, good).get('/v1/tags')).status, 200)
  t.equal((await caller(app, await issuer.sign(key, { ...right, aud: ['other', w.audience] })).get('/v1/tags')).status, 200)

  const wrong: Record<string, string> = {
    'another issuer': await issuer.sign(key, { ...right, iss: 'https://evil.example.com/' }),
    'another audience': await issuer.sign(key, { ...right, aud: 'supportops-other' }),
    'no audience': await issuer.sign(key, { sub }),
    'no subject': await issuer.sign(key, { aud: w.audience }),
    'no end': await issuer.sign(key, { ...right, exp: undefined }),
    'an end that is past': await issuer.sign(key, { ...right, exp: now - 6 }),
    'a beginning to come': await issuer.sign(key, { ...right, nbf: now + 6 }),
    'a key of another\'s under the same kid': await issuer.sign(forged, right),
    'a kid that is not in the set': await issuer.sign({ ...key, kid: 'k-2' }, right),
    'an algorithm that is not allowed': await issuer.sign(elliptic, right),
    'the public key as a shared secret': await issuer.sign({ kid: 'k-1', alg: 'HS256', privateKey: pem }, right),
    'alg none': unsigned({ alg: 'none', kid: 'k-1' }),
    'a key of its own in its header': unsigned({ alg: 'RS256', jwk: forged.publicJwk }),
    'other claims under a good signature': good.split('.').with(1, Buffer.from(JSON.stringify({ iss: issuer.name, ...right, exp: now + 9999 })).toString('base64url')).join('.')
  }
  for (const [what, token] of Object.entries(wrong)) {
    const { status, headers, body } = await caller(app, token).get('/v1/tags')
    t.match([status, body.code, headers['www-authenticate']], [401, 'unauthenticated', 'Bearer'], what)
    const { errors } = await caller(app, token).graphql('{ tags { nodes { id } } }')
    t.equal(errors?.[0]?.extensions.code ?? 'unauthenticated', 'unauthenticated', `${what}, by GraphQL`)
  }
  t.equal((await caller(app, good).get('/v1/tags')).status, 200, 'the good one still is')
  clock.advance(3_606_000)
  t.equal((await caller(app, good).get('/v1/tags')).status, 401, 'until its end')
  clock.advance(-3_606_000)
})

t.test('a key that the issuer began to use is found, and one that it gave up is not believed', async t => {
  const w = await believing('agent')
  const { body: { id: sub } } = await w.post('/v1/agents', { name: 'Ann', email: 'ann@team.example', role: 'agent' })
  const next = await signingKey('k-next')
  issuer.serve(key)
  const [old, fresh] = [await issuer.sign(key, { aud: w.audience, sub }), await issuer.sign(next, { aud: w.audience, sub })]
  t.equal((await caller(app, old).get('/v1/tags')).status, 200)
  issuer.serve(next)
  const before = issuer.fetched
  t.equal((await caller(app, fresh).get('/v1/tags')).status, 401)
  t.equal(issuer.fetched, before, 'unknown keys do not make it fetch more than each half minute')
  const { now } = Date
  t.teardown(() => { Date.now = now })
  Date.now = () => now() + 31_000
  t.equal((await caller(app, fresh).get('/v1/tags')).status, 200)
  t.equal((await caller(app, old).get('/v1/tags')).status, 401)
})

t.test('an issuer\'s keys can be given with it, and are believed no longer than it is', async t => {
  const own = await signingKey('k-own', 'ES256')
  const w = await believing('agent', { externalId: 'sso', jwksUri: undefined, jwks: { keys: [own.publicJwk] }, algorithms: ['ES256'] })
  const { body: { id: sub } } = await w.post('/v1/agents', { name: 'Ann', email: 'ann@team.example', role: 'agent' })
  const ann = caller(app, await issuer.sign(own, { aud: w.audience, sub }))
  t.equal((await ann.get('/v1/tags')).status, 200)
  const other = await signingKey('k-own', 'ES256')
  await w.patch('/v1/tokenIssuers/external:sso', { jwks: { keys: [other.publicJwk] } })
  t.equal((await ann.get('/v1/tags')).status, 401)
  const again = caller(app, await issuer.sign(other, { aud: w.audience, sub }))
  t.equal((await again.get('/v1/tags')).status, 200)
  await w.delete('/v1/tokenIssuers/external:sso')
  t.equal((await again.get('/v1/tags')).status, 401)
})

t.test('keys are not fetched from private addresses', async t => {
  const strict = await startApp(t)
  const w = await strict.workspace()
  const refused = await w.post('/v1/tokenIssuers', { issuer: issuer.name, audience: 'a', subjectKind: 'contact', algorithms: ['RS256'], jwksUri: issuer.jwksUri })
  t.match(refused.body, { code: 'invalid', errors: [{ path: 'jwksUri' }] })
})
