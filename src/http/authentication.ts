import { hash, randomBytes } from 'node:crypto'
import { createLocalJWKSet, createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Caller, Services } from '../context.js'
import { unauthenticated } from '../errors.js'
import { scopesOfRole, type Role, type Scope } from '../scopes.js'
import { findIssuers, findKey, touchKey, type IssuerRow } from './authentication.store.js'
import { safeFetch } from './outgoing.js'

/** Finds the person behind a token's subject; null when there is none (any more). */
export interface People {
  agent: (workspaceId: string, subject: string) => Promise<{ id: string, role: Role } | null>
  contact: (workspaceId: string, subject: string) => Promise<{ id: string } | null>
}

/** What a contact's token may do, always for that contact's own only. */
export const contactScopes: ReadonlySet<Scope> = new Set<Scope>(['conversations:read', 'conversations:write'])

const keyLifeMs = 5_000
const maxRemembered = 10_000
const touchEveryMs = 60_000
const maxTokenLength = 8_192

export class Authentication {
  private readonly keys: LRUCache<string, Caller & { expiresAt: number }>
  private readonly keySets = new LRUCache<string, JWTVerifyGetKey>({ max: 200, ttl: 600_000 })
  private readonly lent = new Map<string, Caller>()
  private readonly touched = new LRUCache<string, true>({ max: maxRemembered, ttl: touchEveryMs })

  /** Counts how often callers were forgotten: what was looked up before that is not remembered after it. */
  private generation = 0

  constructor (private readonly services: Services, private readonly people: People) {
    this.keys = new LRUCache({ max: maxRemembered, ttl: keyLifeMs, ttlResolution: 0, perf: { now: services.now } })
    services.callers.onForget(() => this.forget())
  }

  /** The caller behind an Authorization header; null without one. Anything that is not valid is refused. */
  async identify (header: string | undefined): Promise<Caller | null> {
    if (!header) return null
    const [, token] = /^Bearer +([\x21-\x7e]+)$/i.exec(header) ?? []
    if (!token || token.length > maxTokenLength) throw unauthenticated('Authorization must be: Bearer, a space, and a key or token.')
    return this.lent.get(token) ?? (token.startsWith('sup_') ? this.byKey(token) : this.byToken(token))
  }

  /** A pass for one request that the server makes of itself on behalf of a caller. */
  lend (caller: Caller): string {
    const pass = `pass_${randomBytes(32).toString('base64url')}`
    this.lent.set(pass, caller)
    return pass
  }

  takeBack (pass: string): void { this.lent.delete(pass) }

  /** A key that was revoked here stops working here at once, elsewhere within five seconds. */
  forget (): void {
    this.generation++
    this.keys.clear()
  }

  private async byKey (secret: string): Promise<Caller> {
    const name = hash('sha256', secret, 'base64')
    const known = this.keys.get(name) ?? await this.lookUp(name)
    if (known.expiresAt <= this.services.now()) throw unauthenticated('This API key has expired.')
    return known
  }

  /** Says that a key is used; asked whenever it is looked up, which is every few seconds. */
  private touch ({ id, workspaceId, actor }: Caller): void {
    if (this.touched.has(id)) return
    this.touched.set(id, true)
    touchKey(this.services.database.read, workspaceId, actor.id!)
      .catch(error => this.services.log.warn({ err: error }, 'the last use of a key was not kept'))
  }

  private async lookUp (name: string) {
    const { generation } = this
    const row = await findKey(this.services.database.read, Buffer.from(name, 'base64'))
    if (!row) throw unauthenticated('This API key is not known, or was revoked.')
    const caller = {
      workspaceId: row.workspace_id,
      actor: { kind: 'machine' as const, id: row.id },
      scopes: new Set(row.scopes) as ReadonlySet<Scope>,
      contactId: null,
      id: row.id,
      expiresAt: row.expires_at ? Date.parse(row.expires_at) : Infinity
    }
    if (generation === this.generation) this.keys.set(name, caller)
    if (caller.expiresAt > this.services.now()) this.touch(caller)
    return caller
  }

  private async byToken (token: string): Promise<Caller> {
    const refused = unauthenticated('The token is not valid here: its issuer, audience, signature or time does not fit.')
    let claims
    try { claims = decodeJwt(token) } catch { throw unauthenticated('This is neither an API key nor a JWT.') }
    if (typeof claims.iss !== 'string' || typeof claims.sub !== 'string') throw refused
    const audiences = [claims.aud ?? []].flat()
    const issuers = await findIssuers(this.services.database.read, claims.iss.slice(0, 500), audiences)
    const verified = []
    for (const issuer of issuers.slice(0, 10)) if (await this.verifies(token, issuer)) verified.push(issuer)
    const [issuer] = verified
    if (!issuer) throw refused
    if (verified.length > 1) throw unauthenticated('This token fits several workspaces; give each an audience of its own.')
    return this.person(issuer, claims.sub)
  }

  private async verifies (token: string, issuer: IssuerRow): Promise<boolean> {
    try {
      await jwtVerify(token, this.keySet(issuer), {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: issuer.algorithms,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
        currentDate: new Date(this.services.now())
      })
      return true
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) this.services.log.warn({ err: error, issuer: issuer.id }, 'a key set could not be read')
      return false
    }
  }

  private keySet (issuer: IssuerRow): JWTVerifyGetKey {
    const name = `${issuer.id}:${issuer.version}`
    const known = this.keySets.get(name)
    if (known) return known
    const keys = issuer.jwks
      ? createLocalJWKSet(issuer.jwks)
      : createRemoteJWKSet(new URL(issuer.jwks_uri!), {
        timeoutDuration: 5_000,
        [customFetch]: safeFetch(this.services.config.ALLOW_PRIVATE_ADDRESSES)
      })
    this.keySets.set(name, keys)
    return keys
  }

  private async person (issuer: IssuerRow, subject: string): Promise<Caller> {
    const workspaceId = issuer.workspace_id
    if (issuer.subject_kind === 'contact') {
      const contact = await this.people.contact(workspaceId, subject)
      if (!contact) throw unauthenticated('The token\'s subject is no contact of this workspace.')
      return { workspaceId, actor: { kind: 'customer', id: contact.id }, scopes: contactScopes, contactId: contact.id, id: contact.id }
    }
    const agent = await this.people.agent(workspaceId, subject)
    if (!agent) throw unauthenticated('The token\'s subject is no active agent of this workspace.')
    return { workspaceId, actor: { kind: 'agent', id: agent.id }, scopes: scopesOfRole[agent.role], contactId: null, id: agent.id }
  }
}
