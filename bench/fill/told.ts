import { origin } from './stories.js'

/**
 * SQL for the values of a story, for the conversation number `i` of the workspace number `w` (columns of the statement
 * around it). Every id says what it is: eight digits of the number, two of the kind, two of an ordinal, and the workspace.
 */
export const kinds = { workspace: 'a0', agent: 'a1', team: 'a2', channel: 'a3', tag: 'a4', company: 'a5', contact: 'a6', conversation: 'c0', message: 'c1', fact: 'c2' } as const
type Kind = keyof typeof kinds

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

/** The id itself. */
export const idOf = (kind: Kind, number: number, workspace: number, ordinal = 0): string =>
  `${hex(number, 8)}-${kinds[kind]}${hex(ordinal, 2)}-7000-8000-${hex(workspace, 12)}`

/** The same as text, in SQL; `number` is SQL too. */
export const idSql = (kind: Kind, number: string, ordinal = 0): string =>
  `(lpad(to_hex((${number})::int), 8, '0') || '-${kinds[kind]}${hex(ordinal, 2)}-7000-8000-' || lpad(to_hex(w), 12, '0'))`

export const numbers = {
  agent: '1 + i * 7 % 50',
  team: '1 + i * 7 % 5',
  channel: '1 + i / 20 % 20',
  contact: '1 + (i::bigint * 7907 % contacts)::int',
  company: '1 + ((i::bigint * 7907 % contacts) % companies)::int'
}
/** None to three tags; a few of the hundred are common, most are rare. */
const tagIds = `array(select ${idSql('tag', '1 + (power(((i::bigint * 2654435761 + n * 40503) % 1000003) / 1000003.0, 3) * 100)::int % 100')}::uuid from generate_series(1, i / 7 % 4) n group by 1)`
const attributes = 'jsonb_build_object(\'orderNumber\', \'o-\' || i, \'plan\', (array[\'free\', \'team\', \'pro\', \'enterprise\'])[1 + i / 3 % 4], \'seats\', i / 11 % 500)'
/** As the product keeps them to be found by, in their order. */
const attributeWords = 'array[\'orderNumber\', \'orderNumber="o-\' || i || \'"\', \'plan\', \'plan="\' || (array[\'free\', \'team\', \'pro\', \'enterprise\'])[1 + i / 3 % 4] || \'"\', \'seats\', \'seats=\' || i / 11 % 500]'

const plain: Record<string, string> = {
  '@agent': idSql('agent', numbers.agent),
  '@team': idSql('team', numbers.team),
  '@channel': idSql('channel', numbers.channel),
  '@contact': idSql('contact', numbers.contact),
  '@company': idSql('company', numbers.company)
}

function placeholderSql (name: string): string {
  const [, kind, ordinal] = /^@([mf])(\d+)$/.exec(name) ?? []
  if (!kind) return plain[name]!
  return idSql(kind === 'm' ? 'message' : 'fact', 'i', Number(ordinal))
}

export const atSql = (ms: number): string => `(at + interval '${ms - origin} ms')`
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A value of a row: a placeholder, an instant of the story, or itself. */
export function valueSql (value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.includes('@attributes') ? attributeWords : tagIds
  if (typeof value === 'object') return '@attributes' in value ? attributes : jsonSql(value)
  if (typeof value !== 'string') return String(value)
  if (value.startsWith('@')) return `${placeholderSql(value)}`
  return /^2000-01-\d\dT/.test(value) ? atSql(Date.parse(value)) : quoted(value)
}

/** JSON whose ids and instants (in milliseconds) are the conversation's own. */
export function jsonSql (value: unknown): string {
  const text = JSON.stringify(value)
  const parts = text.split(/(\["@tags"\]|\{"@attributes":true\}|"@\w+"|\b946\d{9}\b)/)
  return `(${parts.filter(part => part !== '').map(part => {
    if (part === '["@tags"]') return `to_json(${tagIds})::text`
    if (part.startsWith('{"@attributes')) return `${attributes}::text`
    if (part.startsWith('"@')) return `'"' || ${placeholderSql(part.slice(1, -1))} || '"'`
    if (/^946\d{9}$/.test(part)) return `(extract(epoch from at)::numeric * 1000 + ${Number(part) - origin})::bigint`
    return quoted(part)
  }).join(' || ')})::json`
}
