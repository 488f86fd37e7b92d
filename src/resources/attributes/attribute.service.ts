import { allow, checkVersion, instantText, reading, transact, type Context } from '../../context.js'
import type { Page } from '../../db/page.js'
import { changed } from '../../db/rows.js'
import { ApiError, invalid, notFound, type FieldError } from '../../errors.js'
import { record } from '../../events/record.js'
import { upsert, type Upserted } from '../upsert.js'
import type { Attribute, CreateAttribute, SearchAttributes, UpdateAttribute } from './attribute.shapes.js'
import * as store from './attribute.store.js'
import { attributeSubjects, type AttributeSubject } from './attribute.table.js'
import { checkedValue, type Attributes } from './attribute.values.js'

const maxPerSubject = 200

export async function getAttribute (ctx: Context, ref: string): Promise<Attribute> {
  const { workspaceId } = allow(ctx, 'attributes:read')
  const attribute = await reading(store.find(ctx.db, workspaceId, ref))
  if (!attribute) throw notFound('Attribute')
  return attribute
}

export async function listAttributes (ctx: Context, query: SearchAttributes): Promise<Page<Attribute>> {
  const { workspaceId } = allow(ctx, 'attributes:read')
  return reading(store.list(ctx.db, workspaceId, query))
}

export async function createAttribute (ctx: Context, input: CreateAttribute): Promise<Attribute> {
  const { workspaceId } = allow(ctx, 'attributes:write')
  checkChoices(input.type, input.allowedValues)
  return transact(ctx, async ctx => {
    if (await store.count(ctx.db, workspaceId, input.on) >= maxPerSubject) {
      throw invalid('on', `has ${maxPerSubject} attributes already, which is the most`)
    }
    const attribute = await store.insert(ctx.db, workspaceId, input)
    record(ctx, 'attribute.created', attribute)
    return attribute
  })
}

export async function updateAttribute (ctx: Context, ref: string, changes: UpdateAttribute): Promise<Attribute> {
  const { workspaceId } = allow(ctx, 'attributes:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, () => changes, 'attribute.updated'))
}

export async function upsertAttribute (ctx: Context, ref: string, input: CreateAttribute): Promise<Upserted<Attribute>> {
  const { workspaceId } = allow(ctx, 'attributes:write')
  return upsert(ctx, ref, {
    find: ctx => store.hold(ctx.db, workspaceId, ref),
    create: (ctx, externalId) => createAttribute(ctx, { ...input, externalId }),
    update: ctx => change(ctx, workspaceId, ref, before => {
      for (const field of ['on', 'key', 'type'] as const) {
        if (input[field] !== before[field]) throw invalid(field, `is ${before[field]}, and cannot be changed`)
      }
      return { name: input.name, allowedValues: input.allowedValues, description: input.description }
    }, 'attribute.updated')
  })
}

/** From then on it can no longer be set; values that were set stay, and can be cleared. */
export async function archiveAttribute (ctx: Context, ref: string): Promise<Attribute> {
  const { workspaceId } = allow(ctx, 'attributes:write')
  return transact(ctx, async ctx =>
    change(ctx, workspaceId, ref, before => ({ archivedAt: before.archivedAt ?? instantText(ctx) }), 'attribute.archived'))
}

export async function unarchiveAttribute (ctx: Context, ref: string): Promise<Attribute> {
  const { workspaceId } = allow(ctx, 'attributes:write')
  return transact(ctx, async ctx => change(ctx, workspaceId, ref, () => ({ archivedAt: null }), 'attribute.unarchived'))
}

/**
 * The changes as they are to be kept (null clears); pass them to `mergeAttributes`. Refuses, naming `attributes.key`,
 * what is not defined, is archived, has the wrong type or is not allowed. Asks nothing of the database when nothing is
 * changed; asks no permission, because whoever calls it has.
 */
export async function checkAttributes (ctx: Context, on: AttributeSubject, changes: Attributes | undefined | null, path = 'attributes'): Promise<Attributes> {
  const keys = Object.keys(changes ?? {})
  if (!keys.length) return {}
  return cleaned(on, await reading(store.findByKeys(ctx.db, ctx.caller!.workspaceId, on, keys)), changes!, path)
}

/** As `checkAttributes`, for many: the definitions are asked for once. */
export async function attributeChecker (ctx: Context, on: AttributeSubject): Promise<(changes: Attributes | undefined | null) => Attributes> {
  const definitions = await reading(store.findAll(ctx.db, ctx.caller!.workspaceId, on))
  return changes => cleaned(on, definitions, changes ?? {}, 'attributes')
}

/** The keys of all attributes that conversations can have, their own and those copied to them; archived ones too. */
export async function conversationAttributeKeys (ctx: Context): Promise<string[]> {
  const found = await Promise.all(attributeSubjects.map(on => reading(store.findAll(ctx.db, ctx.caller!.workspaceId, on))))
  return [...new Set(found.flat().map(({ key }) => key))].toSorted()
}

function cleaned (on: AttributeSubject, found: readonly Attribute[], changes: Attributes, path: string): Attributes {
  const definitions = new Map(found.map(attribute => [attribute.key, attribute]))
  const errors: FieldError[] = []
  const kept = Object.entries(changes).map(([key, given]) => {
    const checked = checkOne(on, definitions.get(key), given)
    if ('problem' in checked) errors.push({ path: `${path}.${key}`, message: checked.problem })
    return [key, 'value' in checked ? checked.value : null] as const
  })
  const [first] = errors
  if (first) throw new ApiError('invalid', `${first.path}: ${first.message}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}`, errors)
  return Object.fromEntries(kept)
}

function checkOne (on: AttributeSubject, definition: Attribute | undefined, value: unknown): { value: unknown } | { problem: string } {
  if (!definition) return { problem: `is not an attribute of a ${on}` }
  if (value === null) return { value }
  return definition.archivedAt ? { problem: 'is archived and can only be cleared' } : checkedValue(definition, value)
}

function checkChoices (type: Attribute['type'], allowedValues: readonly string[] | undefined | null): void {
  const isChoice = type === 'choice' || type === 'choices'
  if (isChoice && !allowedValues) throw invalid('allowedValues', `is required, because the type is ${type}`)
  if (!isChoice && allowedValues) throw invalid('allowedValues', `is for choices only; the type is ${type}`)
}

async function change (ctx: Context, workspaceId: string, ref: string, changes: (before: Attribute) => Partial<Attribute>, type: string): Promise<Attribute> {
  const before = await store.hold(ctx.db, workspaceId, ref)
  if (!before) throw notFound('Attribute')
  checkVersion(ctx, before.version)
  const wanted = changes(before)
  const differences = changed(before, wanted)
  if (!differences) return before
  checkChoices(before.type, wanted.allowedValues ?? before.allowedValues)
  const attribute = await store.update(ctx.db, workspaceId, before.id, wanted)
  record(ctx, type, attribute, { changes: differences })
  return attribute
}
