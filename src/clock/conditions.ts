import type { ConversationInputs } from './facts.js'
import type { Comparison, Condition } from './standard.js'

/** A condition that asks for nothing, and so would catch everything (definitions, 2). Also when a part of it does. */
export function isBlank (condition: Condition | null): boolean {
  if (condition === null) return true
  if ('and' in condition) return condition.and.length === 0 || condition.and.some(isBlank)
  if ('or' in condition) return condition.or.length === 0 || condition.or.some(isBlank)
  if ('not' in condition) return isBlank(condition.not)
  const { in: values, set, atLeast, atMost } = condition
  return values === undefined && set === undefined && atLeast === undefined && atMost === undefined
}

/** Whether a conversation with these inputs meets the condition. A blank one is met by nothing. */
export const matches = (condition: Condition | null, inputs: ConversationInputs): boolean =>
  condition !== null && !isBlank(condition) && meets(condition, inputs)

function meets (condition: Condition, inputs: ConversationInputs): boolean {
  if ('and' in condition) return condition.and.every((part) => meets(part, inputs))
  if ('or' in condition) return condition.or.some((part) => meets(part, inputs))
  if ('not' in condition) return !meets(condition.not, inputs)
  const values = valuesOf(condition, inputs)
  const { in: wanted, set, atLeast, atMost } = condition
  if (set !== undefined && set !== values.length > 0) return false
  if (wanted !== undefined && !values.some((value) => wanted.some((one) => one === value))) return false
  const within = (value: unknown): boolean => typeof value === 'number' &&
    (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)
  return (atLeast === undefined && atMost === undefined) || values.some(within)
}

/** What the conversation has of that field: nothing when unset, several with tags and lists. */
function valuesOf (comparison: Comparison, inputs: ConversationInputs): unknown[] {
  const value = valueOf(comparison, inputs)
  if (value === null || value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function valueOf ({ field, name }: Comparison, inputs: ConversationInputs): unknown {
  switch (field) {
    case 'channel': return inputs.channelId
    case 'channelKind': return inputs.channelKind
    case 'priority': return inputs.priority
    case 'tag': return inputs.tagIds
    case 'tier': return inputs.tier
    case 'company': return inputs.companyId
    case 'language': return inputs.language
    case 'team': return inputs.teamId
    case 'attribute': return attributeOf(inputs, name ?? '')
  }
}

const attributeOf = ({ attributes }: ConversationInputs, name: string): unknown =>
  Object.hasOwn(attributes, name) ? attributes[name] : null
