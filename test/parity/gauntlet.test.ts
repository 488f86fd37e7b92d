import t from 'tap'
import { bothFaces } from '../../src/contracts.js'
import type { Operation } from '../../src/http/operations.js'
import { graphqlField } from '../../src/http/ledger.js'
import { scopes } from '../../src/scopes.js'
import { startApp, type Workspace } from '../support/app.js'
import { caller, type Caller } from '../support/caller.js'
import { ownDatabase } from '../support/database.js'
import { digestOf } from '../support/digest.js'
import { factories } from '../support/factories.js'
import { signedIn } from '../support/tokens.js'
import { callGraphql, callOf, callRest, type Call } from './calls.js'
import { examples } from './examples.js'

const { app, services, workspace } = await startApp(t, {}, { url: await ownDatabase(t) })
t.setTimeout(300_000)
const { schema, close } = await bothFaces()
t.teardown(close)
const operations = app.operations()
const contract = app.contract() as Record<string, any>
const stranger = caller(app, null)

/** How an operation is called on one face, and what came of it: `ok`, or the code of the refusal with its words. */
interface Face { name: string, call: (who: Caller, call: Call) => Promise<{ code: string, words: string }> }

const rest = (operation: Operation): Face => ({
  name: 'REST',
  async call (who, call) {
    const { status, body } = await callRest(who, operation, call)
    return status < 300 ? { code: 'ok', words: '' } : { code: body?.code ?? String(status), words: JSON.stringify(body) }
  }
})

const graphql = (operation: Operation): Face => ({
  name: 'GraphQL',
  async call (who, call) {
    const { errors } = await callGraphql(who, operation, schema, call)
    return errors ? { code: errors[0]!.extensions?.code ?? 'none', words: JSON.stringify(errors) } : { code: 'ok', words: '' }
  }
})

const facesOf = (operation: Operation): Face[] => {
  const field = graphqlField(operation, schema)
  return [rest(operation), ...(field && !field.startsWith('Subscription.') ? [graphql(operation)] : [])]
}

const reads = ({ scope, method }: Operation): boolean => method === 'GET' || scope?.endsWith(':read') === true
const id = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Where in a body ids stand. */
function referencesIn (value: unknown, path: string[] = []): string[][] {
  if (typeof value === 'string') return id.test(value) ? [path] : []
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, each]) => referencesIn(each, [...path, key])) : []
}

/** The body with what another one has at one place. */
function replaced (body: unknown, [key, ...rest]: string[], other: any): unknown {
  if (key === undefined) return other
  const copy: any = Array.isArray(body) ? [...body] : { ...body as object }
  copy[key] = replaced(copy[key], rest, other[key])
  return copy
}

const isUpsert = ({ method, path }: Operation, { params }: Call): boolean =>
  method === 'PUT' && path.endsWith('}') && Object.values(params ?? {}).some(value => value.startsWith('external:'))

/** Whoever has no business here, with the call they make and how they must be refused. */
interface Intruder { who: string, caller: Caller, call: Call, code: string, words?: string }

async function intruders (operation: Operation, owner: Workspace, other: Workspace, call: Call): Promise<Intruder[]> {
  const { scope } = operation
  if (scope === null) return []
  const all: Intruder[] = [
    { who: 'a stranger', caller: stranger, call, code: 'unauthenticated' },
    { who: `a key without ${scope}`, caller: await owner.withScopes(scopes.filter(each => each !== scope)), call, code: 'forbidden', words: scope }
  ]
  const named = operation.params !== undefined && !call.shared
  if (named && !isUpsert(operation, call)) all.push({ who: 'another workspace', caller: other, call, code: 'notFound' })
  if (!reads(operation) && referencesIn(call.body).length) {
    const theirs = await callOf(operation, contract, other)
    for (const path of referencesIn(call.body)) {
      const body = replaced(theirs.body, path, call.body)
      all.push({ who: `another workspace, whose ${path.join('.')} is here`, caller: other, call: { ...theirs, body }, code: 'notFound' })
    }
  }
  if (factories.contacts) {
    const contact = await signedIn(app, services, owner.workspaceId, 'contact', (await factories.contacts(owner)).id)
    if (!operation.contact) all.push({ who: 'a contact', caller: contact, call, code: 'forbidden' })
    else if (named) all.push({ who: 'a contact whose it is not', caller: contact, call: { ...call, body: call.asContact ?? call.body }, code: 'notFound' })
  }
  return all
}

async function walk (t: Tap.Test, operation: Operation, face: Face): Promise<void> {
  const [owner, other] = [await workspace(), await workspace()]
  const call = await callOf(operation, contract, owner)
  const all = await intruders(operation, owner, other, call)
  const workspaces = [owner.workspaceId, other.workspaceId]
  const digests = () => Promise.all(workspaces.map(id => digestOf(services.database.read, id)))
  let before = await digests()
  for (const intruder of all) {
    const { code, words } = await face.call(intruder.caller, intruder.call)
    t.equal(code, intruder.code, `${operation.id} by ${face.name}, called by ${intruder.who}: ${words}`)
    if (intruder.words) t.ok(words.includes(intruder.words), `the refusal names ${intruder.words}: ${words}`)
    const after = await digests()
    t.same(after, before, `${operation.id} by ${face.name}, refused to ${intruder.who}, changed nothing`)
    before = after
  }
  if (call.endless) return
  const { code, words } = await face.call(operation.scope === null ? stranger : owner, call)
  t.equal(code, 'ok', `${operation.id} by ${face.name}, called rightly with ${JSON.stringify(call)}; if these are not the right arguments, ` +
    `say how to call it in test/parity/examples.ts. It answered ${words}`)
  if (reads(operation)) t.same(await digests(), before, `${operation.id} by ${face.name} reads and changes nothing`)
}

declare namespace Tap { type Test = typeof t }

for (const operation of operations) {
  for (const face of facesOf(operation)) {
    t.test(`${operation.id} by ${face.name}`, async t => walk(t as Tap.Test, operation, face))
  }
}

t.test('examples are for operations that exist', async t => {
  const known = new Set(operations.map(({ id }) => id))
  t.same(Object.keys(examples).filter(id => !known.has(id)), [])
})
