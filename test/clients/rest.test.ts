import openapiTS, { astToString } from 'openapi-typescript'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { projectRoot } from '../../src/root.js'
import { startApp } from '../support/app.js'
import { clientFolder, compiled } from './compiling.js'

t.setTimeout(120_000)
const { app, workspace } = await startApp(t)

t.test('a client generated from openapi.yaml compiles and runs', async t => {
  const folder = await clientFolder('rest')
  const types = await openapiTS(pathToFileURL(join(projectRoot, 'openapi.yaml')), { defaultNonNullable: false, silent: true })
  await writeFile(join(folder, 'contract.d.ts'), astToString(types))
  const client = await compiled(folder)
  const w = await workspace()
  const answer = await client.run(await app.listen({ port: 0, host: '127.0.0.1' }), w.token!)
  t.match(answer, {
    tag: { name: 'refund', color: '#d94f4f', version: 1 },
    parent: null,
    changed: { description: 'Money back', version: 2 },
    names: ['refund'],
    total: 1,
    found: 1,
    refused: { code: 'notFound', status: 404 },
    invalid: { code: 'invalid', errors: [{ path: 'name', message: 'is required' }] }
  })
  t.equal((await w.get(`/v1/tags/${answer.tag.id}`)).body.version, 2)
})
