import { v7 } from 'uuid'
import type { Workspace } from '../../support/app.js'
import type { Publication } from './steps.js'

/** What a workspace promises, by two standards and one calendar, changed again and again. */
export class Promising {
  /** How many changes there were. */
  published = 0
  readonly #standards: Array<string | undefined> = []

  private constructor (private readonly w: Workspace, private readonly calendarId: string) {}

  static async in (w: Workspace): Promise<Promising> {
    const weekly = { monday: [{ from: '01:15', to: '07:30' }], tuesday: [{ from: '09:00', to: '17:00' }] }
    const { body: { id } } = await w.post('/v1/calendars', { name: 'Hours', timeZone: 'UTC', isDefault: true, weekly })
    await w.post('/v1/attributes', { on: 'conversation', key: 'plan', name: 'Plan', type: 'choice', allowedValues: ['free', 'team'] })
    await w.post('/v1/attributes', { on: 'conversation', key: 'uses', name: 'Uses', type: 'choices', allowedValues: ['a', 'b'] })
    return new Promising(w, id)
  }

  /** The first standard is for those whose plan is free, the second for all others. */
  async publish ({ standard, targets, apply, occurredAt }: Publication): Promise<void> {
    const condition = standard === 0 ? { condition: { field: 'attribute', name: 'plan', in: ['free'] } } : { default: true }
    const known = this.#standards[standard]
    const { status, body } = known ? await this.w.patch(`/v1/standards/${known}`, { targets }) : await this.w.post('/v1/standards', { name: `Care ${v7()}`, ...condition, targets })
    if (status > 201) throw new Error(JSON.stringify(body))
    this.#standards[standard] = body.id
    this.#count(await this.w.post(`/v1/standards/${body.id}/publish`, { apply, occurredAt }))
  }

  async archive (standard: number, occurredAt: string | undefined): Promise<void> {
    const known = this.#standards[standard]
    if (!known) return
    if (this.#count(await this.w.post(`/v1/standards/${known}/archive`, { occurredAt }))) this.#standards[standard] = undefined
  }

  async open (weekly: object, effectiveFrom: string | undefined): Promise<void> {
    this.#count(await this.w.post(`/v1/calendars/${this.calendarId}/versions`, { timeZone: 'UTC', weekly, effectiveFrom }))
  }

  /** What would come before what was published before is refused, and so is what changes nothing. */
  #count ({ status, body }: { status: number, body: { code?: string } }): boolean {
    if (status > 201 && body.code !== 'conflict' && body.code !== 'invalid') throw new Error(JSON.stringify(body))
    if (status <= 201) this.published++
    return status <= 201
  }
}
