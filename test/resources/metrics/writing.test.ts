import t from 'tap'
import { foldWorkspace } from '../../../src/resources/metrics/folding.service.js'
import { startApp } from '../../support/app.js'
import { ownDatabase } from '../../support/database.js'
import { factories } from '../../support/factories.js'

t.setTimeout(300_000)
const { services, workspace } = await startApp(t, {}, { url: await ownDatabase(t) })
const [writers, writesEach] = [4, 250]

const document = 'query ($input: QueryMetrics!) { metricQuery(input: $input) { totals { metric figure { value samples } } } }'

t.test('what was acknowledged is in the very next figure, on both faces, whoever else writes or folds', async t => {
  const w = await workspace()
  const window = { from: '2026-03-02T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z' }
  const progress = { over: false }
  let [folded, wrong, reads] = [0, 0, 0]

  /** Writes on a channel of its own, so that it knows each figure of it. */
  async function write (number: number): Promise<void> {
    const channel = await factories.channels!(w)
    const contact = await factories.contacts!(w)
    const input = { ...window, metrics: ['created', 'messagesIn', 'resolutions', 'backlog'], filter: { channel: { eq: channel.id } } }
    const ids: string[] = []
    const counts = { created: 0, messagesIn: 0, resolutions: 0, backlog: 0 }
    for (let count = 0; count < writesEach; count++) {
      const kind = count % 5
      if (kind === 0 || kind === 1) {
        const { status, body } = await w.post('/v1/conversations', { channelId: channel.id, contactId: contact.id })
        if (status !== 201) throw new Error(JSON.stringify(body))
        ids.push(body.id)
        counts.created++
        counts.backlog++
      } else if (kind === 4) {
        await w.post(`/v1/conversations/${ids.at(-2)}/resolve`, {})
        counts.resolutions++
        counts.backlog--
      } else {
        await w.post(`/v1/conversations/${ids.at(-1)}/reply`, { text: 'Where is it?', actor: { kind: 'customer', id: contact.id } })
        counts.messagesIn++
      }
      const answer = (count + number) % 2
        ? (await w.post('/v1/metrics/query', input)).body
        : (await w.graphql(document, { input })).data.metricQuery
      const values = Object.fromEntries(answer.totals.map(({ metric, figure }: any) => [metric, figure.value]))
      reads++
      if (JSON.stringify(values) !== JSON.stringify(counts)) {
        wrong++
        t.same(values, counts, `after write ${count} of writer ${number}`)
      }
    }
  }
  async function fold (): Promise<void> {
    while (!progress.over) {
      folded += await foldWorkspace(services, w.workspaceId, 3)
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  const folding = [fold(), fold()]
  await Promise.all(Array.from({ length: writers }, (_, number) => write(number)))
  progress.over = true
  await Promise.all(folding)
  t.equal(reads, 1000)
  t.equal(wrong, 0)
  t.ok(folded > 100, `${folded} conversations were folded meanwhile`)
})
