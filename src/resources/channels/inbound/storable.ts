/**
 * For text that nobody can be asked to correct: NULs go and lone surrogates become U+FFFD, since the database keeps
 * neither; what exceeds `max` UTF-16 units is cut.
 */
export function storable (value: string, max: number): string {
  return cut(value.slice(0, max + 1_000).replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD'), max)
}

/** As `storable`, on a single line: runs of control characters become one space, and both ends are trimmed. */
export function storableLine (value: string, max: number): string {
  const kept = value.slice(0, max + 1_000).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/\p{Surrogate}/gu, '\uFFFD')
  return cut(kept.trim(), max).trimEnd()
}

/** Never between the two halves of a surrogate pair. */
function cut (value: string, max: number): string {
  if (value.length <= max) return value
  return value.slice(0, /[\uD800-\uDBFF]/.test(value.charAt(max - 1)) ? max - 1 : max)
}
