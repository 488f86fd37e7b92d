import t from 'tap'
import { bothFaces } from '../../src/contracts.js'
import { graphqlField, graphqlName } from '../../src/http/ledger.js'

const faces = await bothFaces()
t.teardown(faces.close)
const operations = faces.app.operations()

/** Operations that REST alone has. Each is here because GraphQL has no form for it, not because nobody wrote it. */
const onlyRest: readonly string[] = ['getAttachment', 'getInboundReceiptPayload', 'createImport', 'takeHook']

/** Fields that GraphQL alone has, and why. */
const onlyGraphql: readonly string[] = []

t.test('every operation has its field in GraphQL', async t => {
  for (const operation of operations) {
    if (typeof operation.graphql === 'object') {
      t.ok(onlyRest.includes(operation.id), `${operation.id} has no GraphQL field (${operation.graphql.none}); if that must be so, add it to onlyRest here`)
    } else {
      t.ok(graphqlField(operation, faces.schema), `${operation.id} has the field ${graphqlName(operation)}; if not, add it to the module's SDL, ` +
        'or name another one in operation({ graphql: … })')
    }
  }
  t.same(onlyRest.filter(id => !operations.some(operation => operation.id === id && typeof operation.graphql === 'object')), [], 'onlyRest lists nothing that is gone')
})

t.test('every field of GraphQL has its operation in REST', async t => {
  const covered = new Set(operations.map(operation => graphqlField(operation, faces.schema)))
  for (const root of [faces.schema.getQueryType(), faces.schema.getMutationType(), faces.schema.getSubscriptionType()]) {
    for (const name of Object.keys(root?.getFields() ?? {})) {
      const field = `${root!.name}.${name}`
      t.ok(covered.has(field) || onlyGraphql.includes(field), `${field} has an operation; if not, add a route, or name the field in operation({ graphql: … })`)
    }
  }
})

t.test('what changes something is a mutation named as the operation, what reads is a query', async t => {
  for (const operation of operations) {
    const field = graphqlField(operation, faces.schema)
    if (!field || !operation.scope) continue
    const reads = operation.method === 'GET' || operation.scope.endsWith(':read')
    if (reads) t.match(field, /^(Query|Subscription)\./, `${operation.id} reads`)
    else t.equal(field, `Mutation.${operation.id}`, `${operation.id} changes something`)
  }
})

t.test('mutations take what REST takes in headers', async t => {
  const mutations = faces.schema.getMutationType()!.getFields()
  for (const { id, method, status, params } of operations.filter(({ id }) => mutations[id])) {
    const names = mutations[id]!.args.map(({ name }) => name)
    if (method === 'POST' && status === 201) t.ok(names.includes('idempotencyKey'), `${id} creates, so it takes idempotencyKey`)
    else if (params) t.ok(names.includes('ifVersion'), `${id} changes something that has a version, so it takes ifVersion`)
  }
})
