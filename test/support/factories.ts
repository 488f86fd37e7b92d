import type { Workspace } from './app.js'

/** Makes one resource of a kind in a workspace, through the door; `fields` replace what it would have by itself. */
export type Factory = (w: Workspace, fields?: Record<string, unknown>) => Promise<any>

let made = 0
/** A word that nothing else in this process has. */
export const unique = (word: string): string => `${word}-${++made}`

async function make (w: Workspace, path: string, body: Record<string, unknown>): Promise<any> {
  const answer = await w.post(path, body)
  if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** By the noun of the path: `/v1/tags` is made by `tags`. */
export const factories: Record<string, Factory> = {
  agents: (w, fields) => make(w, '/v1/agents', { name: unique('Agent'), email: `${unique('agent')}@example.com`, role: 'agent', ...fields }),
  attributes: (w, fields) => make(w, '/v1/attributes', { on: 'contact', key: unique('key').replace('-', ''), name: 'Plan', type: 'choice', allowedValues: ['free', 'team'], ...fields }),
  companies: (w, fields) => make(w, '/v1/companies', { name: unique('Company'), tier: 'gold', ...fields }),
  contacts: (w, fields) => make(w, '/v1/contacts', { name: unique('Contact'), email: `${unique('contact')}@example.com`, ...fields }),
  async events (w) {
    const tag = await factories.tags!(w)
    return (await w.get(`/v1/events?subjectId=${tag.id}`)).body.data[0]
  },
  tags: (w, fields) => make(w, '/v1/tags', { name: unique('tag'), ...fields }),
  teams: (w, fields) => make(w, '/v1/teams', { name: unique('Team'), ...fields })
}
