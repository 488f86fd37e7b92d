/**
 * Which way one may look (left to right, never back):
 * `*.http.ts | *.graphql.ts | jobs → *.service.ts → *.store.ts → *.table.ts → db → errors, shapes, clock`.
 */
const doorway = '\\.(http|graphql|jobs|job)\\.ts$'
const face = '^src/(http|graphql)/'
const above = '^src/(app|main|services|config|context)\\.ts$'

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

module.exports = {
  forbidden: [
    forbid('no-circles', 'Two files that need each other are one file, or need a third. Types may refer back.', {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    forbid('doorways-are-on-top', 'Only src/resources/index.ts and src/jobs.ts wire doorways; nothing else knows them.',
      { path: '^src/', pathNot: '^src/(resources/index|jobs)\\.ts$' }, { path: doorway }),
    forbid('doorways-call-verbs', 'A route, a resolver or a job calls a verb of a service; it never queries.',
      { path: doorway }, { path: '\\.(store|table)\\.ts$' }),
    forbid('loaders-call-verbs', 'A loader calls a verb of a service; it never queries.',
      { path: '\\.loader\\.ts$' }, { path: '\\.(store|table)\\.ts$' }),
    forbid('services-know-no-face', 'A verb serves REST, GraphQL, imports and jobs alike: it knows neither Fastify nor GraphQL.',
      { path: '^src/resources/.*\\.(service|store|table|shapes)\\.ts$' },
      { path: `${face}|(^|/)node_modules/(@?fastify|mercurius|graphql)|\\.loader\\.ts$`, pathNot: '^src/http/outgoing\\.ts$' }),
    forbid('stores-know-no-verbs', 'A store is queries, each (db, workspaceId, …): it knows no caller, no rule and no verb.',
      { path: '\\.store\\.ts$' }, { path: `\\.(service|loader)\\.ts$|${above}`, dependencyTypesNot: ['type-only'] }),
    forbid('tables-know-only-the-database', 'A table is the last floor above src/db.',
      { path: '\\.table\\.ts$' }, { path: '^src/', pathNot: '^src/(db|clock)/|\\.table\\.ts$|^src/(errors|scopes)\\.ts$' }),
    forbid('a-store-belongs-to-its-resource', 'Call the other resource\'s service: its store has neither permission nor rules.',
      { path: '^src/resources/([^/]+)/' }, { path: '^src/resources/([^/]+)/.*\\.store\\.ts$', pathNot: '^src/resources/$1/' }),
    forbid('the-clock-is-pure', 'src/clock is arithmetic on facts: no database, no shapes, no server, no npm package but its own.',
      { path: '^src/clock/' }, { path: '^src/', pathNot: '^src/clock/' }),
    forbid('metrics-are-pure', 'src/metrics is arithmetic on facts, as the clock is: it knows the clock and nothing else.',
      { path: '^src/metrics/' }, { path: '^src/', pathNot: '^src/(metrics|clock)/' }),
    forbid('the-database-looks-up-to-nothing', 'src/db knows errors and shapes; neither callers nor faces nor resources.',
      { path: '^src/db/' }, { path: '^src/', pathNot: '^src/(db|clock)/|^src/(errors|shapes|root|validate)\\.ts$' }),
    forbid('the-ground-looks-up-to-nothing', 'Errors, scopes, shapes and their validation stand on nothing but each other.',
      { path: '^src/(errors|scopes|shapes|validate|locale|root)\\.ts$' },
      { path: '^src/', pathNot: '^src/(errors|scopes|shapes|validate|locale|root)\\.ts$|^src/clock/' }),
    forbid('faces-know-no-resource', 'Only src/app.ts brings faces and resources together.',
      { path: face }, { path: '^src/resources/', dependencyTypesNot: ['type-only'] }),
    forbid('declared-packages-only', 'What the server runs on is in dependencies, not in devDependencies or somebody else\'s tree.',
      { path: '^src/' }, { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] })
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.js', '.json'] }
  }
}
