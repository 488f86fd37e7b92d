import { isBlank } from '../../clock/conditions.js'
import { priorities } from '../../clock/facts.js'
import type { Condition } from '../../clock/standard.js'
import type { FieldError } from '../../errors.js'
import { ChannelKind } from '../conversations/conversation.words.js'
import type { StandardConditionInput } from './content.shapes.js'

const maxDepth = 6
const maxParts = 100
const forms = ['and', 'or', 'not', 'field'] as const

/** Fields whose values are ids of the workspace's own things. */
export const idFields = ['channel', 'tag', 'company', 'team'] as const
export type IdField = (typeof idFields)[number]
const isIdField = (field: string): field is IdField => (idFields as readonly string[]).includes(field)

const wordsOf: Record<string, readonly string[]> = { priority: priorities, channelKind: ChannelKind.options }

/** An id that a condition names, and where. */
export interface NamedId { field: IdField, id: string, path: string }

export interface CheckedCondition { problems: FieldError[], ids: NamedId[] }

/** All that is wrong with a condition by itself, and the ids that it names, which have to exist. */
export function checkCondition (condition: StandardConditionInput | null, isDefault: boolean, path = 'condition'): CheckedCondition {
  if (condition === null) {
    const message = 'is blank, and would catch every conversation; say default: true where that is meant'
    return { problems: isDefault ? [] : [{ path, message }], ids: [] }
  }
  const walk = new Walk()
  walk.visit(condition, path, 1)
  return { problems: walk.problems, ids: walk.ids }
}

class Walk {
  readonly problems: FieldError[] = []
  readonly ids: NamedId[] = []
  #parts = 0

  visit (condition: StandardConditionInput, path: string, depth: number): void {
    if (++this.#parts === maxParts + 1) this.#refuse('condition', `has more than ${maxParts} parts`)
    if (this.#parts > maxParts) return
    if (depth > maxDepth) return this.#refuse(path, `is more than ${maxDepth} levels deep`)
    const given = forms.filter(form => condition[form] !== undefined)
    if (given.length !== 1) {
      return this.#refuse(path, given.length ? `has ${given.join(' and ')}; a condition is one of them` : 'is blank; a condition has and, or, not or field')
    }
    if (condition.field !== undefined) return this.#compare(condition as StandardConditionInput & { field: string }, path)
    const strange = (['name', 'in', 'set', 'atLeast', 'atMost'] as const).find(key => condition[key] !== undefined)
    if (strange) this.#refuse(`${path}.${strange}`, 'belongs to a comparison, which has a field')
    if (condition.not) this.visit(condition.not, `${path}.not`, depth + 1)
    for (const form of ['and', 'or'] as const) {
      if (condition[form]?.length === 0) this.#refuse(`${path}.${form}`, 'is blank; name at least one condition')
      condition[form]?.forEach((part, at) => this.visit(part, `${path}.${form}.${at}`, depth + 1))
    }
  }

  #compare (condition: StandardConditionInput & { field: string }, path: string): void {
    const { field, name, in: values, atLeast, atMost } = condition
    const isAttribute = field === 'attribute'
    if (isBlank(condition as Condition)) this.#refuse(path, 'is blank; say in, set, atLeast or atMost')
    if (isAttribute && name === undefined) this.#refuse(`${path}.name`, 'is required: the key of the attribute')
    if (!isAttribute && name !== undefined) this.#refuse(`${path}.name`, 'is only for the field attribute')
    for (const [key, value] of Object.entries({ atLeast, atMost })) {
      if (!isAttribute && value !== undefined) this.#refuse(`${path}.${key}`, 'is only for the field attribute')
    }
    values?.forEach((value, at) => {
      const where = `${path}.in.${at}`
      if (isAttribute) return
      if (typeof value !== 'string') return this.#refuse(where, 'must be text')
      if (wordsOf[field] && !wordsOf[field].includes(value)) return this.#refuse(where, `must be one of ${wordsOf[field].join(', ')}`)
      if (isIdField(field)) this.ids.push({ field, id: value, path: where })
    })
  }

  #refuse (path: string, message: string): void {
    this.problems.push({ path, message })
  }
}
