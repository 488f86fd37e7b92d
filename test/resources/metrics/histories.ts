import { v7 } from 'uuid'
import type { Fact } from '../../../src/clock/facts.js'
import { fold } from '../../../src/clock/state.js'
import { contextOf, systemContext, transact, type Context, type Services } from '../../../src/context.js'
import { Gathered } from '../../../src/metrics/columns.js'
import { subjectOf } from '../../../src/metrics/subject.js'
import { clockWrites, keepClocks } from '../../../src/resources/clocks/keeping.js'
import { promisesOf } from '../../../src/resources/clocks/promises.js'
import { answerOf } from '../../../src/resources/metrics/answering.js'
import { check } from '../../../src/resources/metrics/checking.js'
import { calendarFor, queryMetrics, tableOf, type Computed } from '../../../src/resources/metrics/metric.service.js'
import { QueryMetrics, type MetricAnswer } from '../../../src/resources/metrics/metric.shapes.js'
import { rowOf, type ConversationRow } from '../../../src/resources/conversations/conversation.row.js'
import * as conversations from '../../../src/resources/conversations/conversation.store.js'
import { insertFacts, readBehind, readFacts } from '../../../src/resources/conversations/fact.store.js'
import { shareMaking } from '../../../src/resources/promises.js'
import { scopes } from '../../../src/scopes.js'
import type { Workspace } from '../../support/app.js'
import { factories } from '../../support/factories.js'

/** A conversation of which only some facts have been written yet. */
export interface Story { id: string, facts: Fact[], written: number, complexity: number | null }

/** Writes histories as they are, whoever may have thought of them, and knows what figures they must come to. */
export class Histories {
  readonly stories: Story[] = []
  private readonly ids: Map<string, string>

  /** `other`: a conversation that was there before, for others to be merged into. */
  private constructor (private readonly services: Services, readonly w: Workspace, known: Record<string, string>, private readonly other: Story) {
    this.ids = new Map(Object.entries(known))
  }

  static async in (services: Services, w: Workspace): Promise<Histories> {
    const [ada, ben, mail, contact] = await Promise.all([factories.agents!(w), factories.agents!(w), factories.channels!(w, { kind: 'email' }), factories.contacts!(w)])
    const t1 = (await w.post('/v1/teams', { name: 'T1' })).body
    const other = await factories.conversations!(w, { occurredAt: '2020-01-01T00:00:00.000Z' })
    const known = Object.entries({ ada, ben, mail, contact, t1, other }).map(([name, { id }]) => [name, id])
    const facts = await readFacts(services.database.read, w.workspaceId, other.id)
    return new Histories(services, w, Object.fromEntries(known), { id: other.id, facts, written: facts.length, complexity: null })
  }

  get ctx (): Context {
    return contextOf(this.services, { workspaceId: this.w.workspaceId, actor: { kind: 'machine', id: 'test' }, scopes: new Set(scopes), contactId: null, id: 'test' }, 'test')
  }

  /** Ids of tests are words; those of the database are UUIDs. */
  private uuid (word: string): string {
    if (!this.ids.has(word)) this.ids.set(word, v7())
    return this.ids.get(word)!
  }

  begin (facts: readonly Fact[]): Story {
    const id = v7()
    const own = (word: string) => this.ids.get(word) ?? this.uuid(`${id} ${word}`)
    const named = ['messageId', 'agentId', 'teamId', 'channelId', 'contactId', 'intoId', 'sourceId', 'companyId']
    const lists = ['tagIds', 'add', 'remove']
    const story = {
      id, written: 0, complexity: null,
      facts: facts.map(fact => Object.fromEntries(Object.entries({ ...fact, id: own(fact.id) }).map(([key, value]) => [key, named.includes(key) && value
        ? own(value as string)
        : lists.includes(key) ? (value as string[]).map(word => this.uuid(word)) : key === 'actor' && value ? actorOf(value as Fact['actor'], own) : value])) as unknown as Fact)
    }
    this.stories.push(story)
    return story
  }

  /** Writes some more facts of a story in one transaction, as the verbs do. */
  async write (story: Story, count: number): Promise<void> {
    const { workspaceId } = this.w
    const facts = story.facts.slice(story.written, story.written + count)
    if (!facts.length) return
    await transact(systemContext(this.services, workspaceId, []), async ctx => {
      const now = new Date(ctx.transaction!.at).toISOString()
      const all = story.facts.slice(0, story.written + count)
      const state = rowOf(fold(all))
      await shareMaking(ctx.db, workspaceId)
      const row = story.written === 0 ? undefined : await conversations.holdItself(ctx.db, workspaceId, story.id)
      const promises = await promisesOf(ctx)
      const { clocks } = row ? await readBehind(ctx.db, workspaceId, story.id, false) : { clocks: [] }
      const keeping = promises && keepClocks(ctx, story.id, all, promises, clocks!)
      if (row) await conversations.update(ctx.db, { ...row, ...state, ...keeping?.kept, version: row.version + 1, updatedAt: now })
      else {
        await conversations.insert(ctx.db, {
          workspaceId, id: story.id, externalId: null, version: 1, updatedAt: now, recordedAt: now, subject: null, subjectGiven: false, complexity: null, wakeAt: null,
          previousConversationId: null, clocksCheckAt: null, nextDueAt: null, atRisk: false, ...state, ...keeping?.kept
        } satisfies ConversationRow)
      }
      await insertFacts(ctx.db, workspaceId, story.id, facts)
      await Promise.all(keeping ? clockWrites(ctx, keeping) : [])
    })
    story.written += facts.length
  }

  /** Says how much work a story is, where it has begun. */
  async weigh (story: Story, complexity: number): Promise<void> {
    if (story.written === 0) return
    const { workspaceId } = this.w
    await transact(systemContext(this.services, workspaceId, []), async ctx => {
      const row = await conversations.holdItself(ctx.db, workspaceId, story.id)
      await conversations.update(ctx.db, { ...row!, complexity, version: row!.version + 1, updatedAt: new Date(ctx.transaction!.at).toISOString() })
    })
    story.complexity = complexity
  }

  /** What the server answers, and what the facts that were written come to by themselves. */
  async answers (input: object): Promise<{ given: MetricAnswer, expected: MetricAnswer, computed: Computed }> {
    const { ctx } = this
    const given = await queryMetrics(ctx, QueryMetrics.parse(input))
    const computed = await this.expected(input, given.asOf)
    return { given, expected: answerOf(computed, 1_000_000), computed }
  }

  private async expected (input: object, asOf: MetricAnswer['asOf']): Promise<Computed> {
    const checked = check(QueryMetrics.parse(input), this.services.now())
    const { query, window, buckets, previous, now } = checked
    const calendar = await calendarFor(this.ctx, query)
    const promises = await promisesOf(this.ctx)
    const measuring = {
      calendar, bucketBy: query.bucketBy, withinMs: query.withinDays * 86_400_000, now, survivorOf: (id: string) => id,
      includeWithoutReply: query.includeWithoutReply, calendarOf: (id: string) => promises?.calendars.get(id)
    }
    const table = tableOf(checked, window, buckets, measuring)
    const before = previous && tableOf(checked, previous.window, previous.buckets, measuring)
    const gathered = new Gathered(table.families, table.named)
    for (const [index, { id, facts, written, complexity }] of [...this.stories, this.other].entries()) {
      const subject = subjectOf(id, facts.slice(0, written), now, { complexity, promises })
      if (subject) gathered.add(subject, -1 - index)
    }
    for (const columns of gathered.all()) for (const each of before ? [table, before] : [table]) each.add(columns)
    for (const each of before ? [table, before] : [table]) each.finish()
    return { checked, table, previous: before, ids: [...this.stories, this.other].map(({ id }) => id), asOf }
  }
}

const actorOf = ({ kind, id }: Fact['actor'], own: (word: string) => string): Fact['actor'] => ({ kind, id: id && own(id) })
