import { isInputObjectType, isObjectType, getNamedType, type GraphQLArgument, type GraphQLSchema } from 'graphql'

/** What arguments of one name mean wherever they stand; a module's own words come first. */
const meanings: Record<string, string> = {
  id: 'The id, or `external:` and your own id.',
  first: 'How many at most, 1 to 100.',
  after: 'The cursor to continue behind: the `endCursor` of the page before.',
  filter: 'Which ones; everything that is given must hold.',
  q: 'Words to search for.',
  asOf: 'The instant to answer for, RFC 3339; now when left out.',
  sort: 'How they are sorted; ties by id.',
  ifVersion: 'The version that the change is based on; refused with `preconditionFailed` when it is no longer current.',
  idempotencyKey: 'Any visible ASCII text of your own, up to 255 characters: the same key and input within 24 h gets the first answer again.'
}

/** Gives every argument without a description that of its name, or of the input that it takes. */
export function describeArguments (schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const argument of Object.values(type.getFields()).flatMap(field => field.args)) {
      argument.description ??= meaningOf(argument)
    }
  }
}

function meaningOf ({ name, type }: GraphQLArgument): string | undefined {
  const named = getNamedType(type)
  const other = /^(\w+)Id$/.exec(name)?.[1]
  return meanings[name] ?? (isInputObjectType(named) ? named.description ?? undefined : other && `The id of the ${words(other)}.`)
}

/** `teamMember` → `team member` */
const words = (name: string): string => name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
