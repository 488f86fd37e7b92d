import {
  getVariableValues, GraphQLError, Kind, print, TypeInfo, valueFromAST, visit, visitWithTypeInfo, type ArgumentNode,
  type DocumentNode, type GraphQLInputType, type GraphQLSchema, type OperationDefinitionNode, type ValueNode,
  type VariableDefinitionNode
} from 'graphql'

interface Literal { variable: string, argument: string, value: ValueNode, type: GraphQLInputType }

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Values that a compiler can write down as they are. */
const harmless = new Set<string>([Kind.INT, Kind.FLOAT, Kind.BOOLEAN, Kind.NULL, Kind.VARIABLE])

/**
 * Takes arguments and variables out of the compiler's hands. graphql-jit (0.8.9) writes literals into the code that it
 * makes: a text that looks like its own mark for dates is run as code. It also nulls a variable that is absent within an
 * object, and forgets the defaults of input fields. So every text, list and object among an operation's arguments becomes
 * a variable, in place, before it is compiled; and variables are read here, as graphql-js reads them, and only passed on.
 */
export class Inputs {
  private readonly definitions: readonly VariableDefinitionNode[]
  private readonly literals: Literal[] = []

  /** `document` and `operation` are valid, and rewritten. */
  constructor (private readonly schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.definitions = operation.variableDefinitions ?? []
    const types = new TypeInfo(schema)
    visit(document, visitWithTypeInfo(types, {
      Field: ({ arguments: args = [] }) => {
        for (const argument of args) {
          const type = types.getFieldDef()?.args.find(({ name }) => name === argument.name.value)?.type
          if (type && !harmless.has(argument.value.kind)) this.hoist(argument, type)
        }
      }
    }))
    const names = [...this.definitions.map(({ variable }) => variable.name.value), ...this.literals.map(({ variable }) => variable)]
    ;(operation as Writable<OperationDefinitionNode>).variableDefinitions = names.map(passedOn)
  }

  /** The values of all variables for one run; throws what does not fit its type. */
  read (sent: Record<string, unknown>): Record<string, unknown> {
    const { coerced, errors } = getVariableValues(this.schema, this.definitions, sent, { maxErrors: 20 })
    if (errors) throw new AggregateError(errors)
    const values: Record<string, unknown> = { ...coerced }
    for (const { variable, argument, value, type } of this.literals) {
      const read = valueFromAST(value, type, coerced)
      if (read === undefined) throw new GraphQLError(`Argument "${argument}" has invalid value ${print(value)}.`, { nodes: value })
      values[variable] = read
    }
    return values
  }

  private hoist (argument: ArgumentNode, type: GraphQLInputType): void {
    // No name in a document has a dollar in it.
    const variable = `literal$${this.literals.length}`
    this.literals.push({ variable, argument: argument.name.value, value: argument.value, type })
    ;(argument as Writable<ArgumentNode>).value = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } }
  }
}

/** JSON is the type that leaves a value as it is. */
const passedOn = (name: string): VariableDefinitionNode => ({
  kind: Kind.VARIABLE_DEFINITION,
  variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
  type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: 'JSON' } }
})
