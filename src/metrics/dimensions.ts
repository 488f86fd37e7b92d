/** What figures are cut and filtered by, all that any metric has; `attribute` is named together with its key. */
export const dimensions = [
  'channel', 'channelKind', 'tag', 'team', 'agent', 'priority', 'company', 'tier', 'standard', 'status', 'language', 'attribute', 'actorKind'
] as const
export type Dimension = (typeof dimensions)[number]

/** Those that every trace carries under their own name. */
export const plainDimensions = dimensions.filter((name) => name !== 'attribute')
export type PlainDimension = Exclude<Dimension, 'attribute'>

/** A dimension as a query names it: `team`, or `attribute:plan`. */
export type Named = PlainDimension | `attribute:${string}`

const prefix = 'attribute:'

/** The key of an attribute that is named; null of any other dimension. */
export const attributeKeyOf = (name: string): string | null => name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : null

export const attributeNamed = (key: string): Named => `${prefix}${key}` as Named

/** What sort of dimension is named; null where there is none such. */
export const dimensionOf = (name: string): Dimension | null => attributeKeyOf(name) !== null
  ? 'attribute'
  : plainDimensions.find((each) => each === name) ?? null
