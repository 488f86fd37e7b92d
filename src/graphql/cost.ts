import {
  getIntrospectionQuery, getNamedType, getNullableType, isCompositeType, isListType, Kind, parse, SchemaMetaFieldDef,
  TypeMetaFieldDef, valueFromASTUntyped, type DocumentNode, type FieldNode, type GraphQLField, type GraphQLNamedType,
  type GraphQLSchema, type OperationDefinitionNode, type SelectionSetNode
} from 'graphql'

/** How many rows a connection gives when nobody says how many. */
const pageSize = 25

/** How many items a list counts as that has no pages: what such lists hold is few by nature. */
const listSize = 10

/** A number, or the variable that gives it, and what it is when the variable is not sent. */
type Size = number | { variable: string, otherwise: number }

/** A sum that depends on variables; shared where a fragment is used twice, and then added up once per `run`. */
interface Plan { fixed: number, parts: { size: Size, of: Plan }[], run: number, sum: number }

const constant = (fixed: number): Plan => ({ fixed, parts: [], run: 0, sum: fixed })

/** Past this a sum is only "more"; it keeps the arithmetic exact. */
const most = Number.MAX_SAFE_INTEGER
const bounded = (sum: number): number => Math.min(sum, most)

let runs = 0

/**
 * What operations cost, before they run: each field is 1, and whatever is below a connection counts as often as its `first`
 * says (as a literal, a variable or a default, else 25), below a list as often as its `@listSize` says (else 10). Whatever
 * `@skip` and `@include` leave out is counted. Introspection is scaled: the query that every tool sends is half of `limit`.
 */
export class Costs {
  private readonly plans = new WeakMap<OperationDefinitionNode, Plan>()
  private readonly introspectionScale: number

  constructor (private readonly schema: GraphQLSchema, limit: number) {
    const document = parse(getIntrospectionQuery({
      descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true,
      inputValueDeprecation: true, oneOf: true
    }))
    const operation = document.definitions[0] as OperationDefinitionNode
    this.introspectionScale = 1
    this.plan(document, operation)
    this.introspectionScale = limit / 2 / this.of(operation, {})
  }

  /** Works out once what a valid operation costs. */
  plan (document: DocumentNode, operation: OperationDefinitionNode): void {
    this.plans.set(operation, new Planning(this.schema, document, operation, this.introspectionScale).plan())
  }

  /** The cost of a planned operation with these variables, their defaults applied: a few additions. */
  of (operation: OperationDefinitionNode, variables: Record<string, unknown>): number {
    return sum(this.plans.get(operation)!, variables, ++runs)
  }
}

function sum (plan: Plan, variables: Record<string, unknown>, run: number): number {
  if (plan.parts.length === 0 || plan.run === run) return plan.sum
  let total = plan.fixed
  for (const { size, of } of plan.parts) total += times(size, variables) * sum(of, variables, run)
  plan.run = run
  return plan.sum = bounded(total)
}

const rows = (first: unknown): number =>
  typeof first === 'number' && Number.isFinite(first) ? Math.max(1, Math.ceil(first)) : pageSize

const times = (size: Size, variables: Record<string, unknown>): number =>
  typeof size === 'number' ? size : variables[size.variable] === undefined ? size.otherwise : rows(variables[size.variable])

class Planning {
  private readonly fragments: Map<string, SelectionSetNode & { on: string }>
  private readonly plans = new Map<string, Plan>()

  constructor (
    private readonly schema: GraphQLSchema, document: DocumentNode,
    private readonly operation: OperationDefinitionNode, private readonly introspectionScale: number
  ) {
    this.fragments = new Map(document.definitions.filter(node => node.kind === Kind.FRAGMENT_DEFINITION)
      .map(node => [node.name.value, { ...node.selectionSet, on: node.typeCondition.name.value }]))
  }

  plan (): Plan {
    return this.ofSelections(this.operation.selectionSet, this.schema.getRootType(this.operation.operation)!)
  }

  private ofSelections ({ selections }: SelectionSetNode, parent: GraphQLNamedType): Plan {
    const plan = constant(0)
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        this.addField(plan, node, parent)
      } else if (node.kind === Kind.FRAGMENT_SPREAD) {
        add(plan, 1, this.ofFragment(node.name.value))
      } else {
        const type = node.typeCondition ? this.schema.getType(node.typeCondition.name.value)! : parent
        add(plan, 1, this.ofSelections(node.selectionSet, type))
      }
    }
    return plan
  }

  private ofFragment (name: string): Plan {
    let plan = this.plans.get(name)
    if (!plan) {
      const fragment = this.fragments.get(name)!
      this.plans.set(name, plan = this.ofSelections(fragment, this.schema.getType(fragment.on)!))
    }
    return plan
  }

  private addField (plan: Plan, node: FieldNode, parent: GraphQLNamedType): void {
    add(plan, 1, constant(1))
    const field = this.fieldOf(node.name.value, parent)
    const type = field && getNamedType(field.type)
    if (!field || !node.selectionSet || !isCompositeType(type)) return
    const below = this.ofSelections(node.selectionSet, type)
    if (field === SchemaMetaFieldDef || field === TypeMetaFieldDef) {
      add(plan, 1, constant(Math.ceil(sum(below, {}, ++runs) * this.introspectionScale)))
    } else {
      add(plan, this.sizeOf(node, field, parent), below)
    }
  }

  private fieldOf (name: string, parent: GraphQLNamedType): GraphQLField<unknown, unknown> | undefined {
    if (name === '__schema') return SchemaMetaFieldDef
    if (name === '__type') return TypeMetaFieldDef
    return 'getFields' in parent ? (parent.getFields() as Record<string, GraphQLField<unknown, unknown>>)[name] : undefined
  }

  /** The rows of a connection are counted where `first` is; its `edges` and `nodes` are the same rows. */
  private sizeOf (node: FieldNode, field: GraphQLField<unknown, unknown>, parent: GraphQLNamedType): Size {
    const first = field.args.find(({ name }) => name === 'first')
    if (first) {
      const sent = node.arguments?.find(({ name }) => name.value === 'first')?.value
      if (sent?.kind === Kind.VARIABLE) return { variable: sent.name.value, otherwise: rows(first.defaultValue) }
      return rows(sent ? valueFromASTUntyped(sent) : first.defaultValue)
    }
    if (getNamedType(field.type).name.endsWith('Connection')) return pageSize
    if (!isListType(getNullableType(field.type))) return 1
    return parent.name.endsWith('Connection') && /^(edges|nodes)$/.test(field.name) ? 1 : itemsOf(field)
  }
}

/** What `@listSize` says, as `makeSchema` keeps it. */
const itemsOf = ({ extensions }: GraphQLField<unknown, unknown>): number => extensions.listSize as number | undefined ?? listSize

/** Adds a plan `size` times; what no variable changes is added up at once. */
function add (plan: Plan, size: Size, of: Plan): void {
  if (typeof size === 'number' && of.parts.length === 0) {
    plan.fixed = plan.sum = bounded(plan.fixed + size * of.fixed)
  } else {
    plan.parts.push({ size, of })
  }
}
