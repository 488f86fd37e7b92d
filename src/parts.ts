/** A list in parts, in its order, whose sizes add up to no more than `most` each; what is larger by itself is a part of its own. */
export function inParts<T> (all: readonly T[], sizeOf: (each: T) => number, most: number): T[][] {
  const parts: T[][] = []
  let size = Infinity
  for (const each of all) {
    if (size + sizeOf(each) > most) {
      parts.push([])
      size = 0
    }
    parts.at(-1)!.push(each)
    size += sizeOf(each)
  }
  return parts
}
