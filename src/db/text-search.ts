import { sql, type SQL, type SQLWrapper } from 'drizzle-orm'

const maxWords = 8

/** The words of what somebody typed; a telephone number, however it is grouped, is one word of digits. */
export function wordsOf (q: string): string[] {
  if (/^[\d\s()+./-]+$/.test(q) && /\d{3}/.test(q.replace(/\D/g, ''))) return [q.replace(/\D/g, '')]
  return q.toLowerCase().split(/[^\p{L}\p{N}\p{M}]+/u).filter(word => word !== '').slice(0, maxWords)
}

/** Every word that was typed begins a word of the column (a tsvector of `simple`); without a word nothing matches. */
export function beginsWords (column: SQLWrapper, q: string): SQL {
  const words = wordsOf(q)
  return words.length ? sql`${column} @@ to_tsquery('simple', ${words.map(word => `${word}:*`).join(' & ')})` : sql`false`
}
