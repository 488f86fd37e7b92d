import { createHash } from 'node:crypto'
import { v7 } from 'uuid'

/** The id of a clock: made from its conversation's and its key, so that computing it anywhere gives the same one. */
export function clockId (conversationId: string, key: string): string {
  const bytes = conversationId.replaceAll('-', '')
  return v7({ msecs: Number.parseInt(bytes.slice(0, 12), 16), random: createHash('sha256').update(`${conversationId} ${key}`).digest().subarray(0, 16) })
}
