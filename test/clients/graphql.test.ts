import { join } from 'node:path'
import t from 'tap'
import { startApp } from '../support/app.js'
import { clientFolder, compiled, runTool } from './compiling.js'

t.setTimeout(120_000)
const { app, workspace } = await startApp(t)

t.test('a client with types generated from schema.graphql compiles and runs', async t => {
  const folder = await clientFolder('graphql')
  await runTool('gql.tada/bin/cli.js', 'generate-output', '-c', join(folder, 'tsconfig.json'))
  const client = await compiled(folder)
  const w = await workspace()
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await client.run(`${url}/graphql`, w.token!)
  t.match(answer, {
    tag: { name: 'refund', color: '#d94f4f', version: 1, parent: null },
    parent: undefined,
    changed: { description: 'Money back', version: 2 },
    names: ['refund'],
    total: 1,
    refused: { code: 'notFound' },
    invalid: true
  })
  t.equal((await w.get(`/v1/tags/${answer.tag.id}`)).body.version, 2)
})
