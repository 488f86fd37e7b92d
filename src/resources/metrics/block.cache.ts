import type { Block } from '../../metrics/blocks.js'

/** As much memory as unpacked blocks may take in one process. */
const maxBytes = 24 * 2 ** 20

interface Known { fold: number, block: Block, bytes: number }

/**
 * Blocks that were read before, the latest used last. A fold writes another block than it read; so what the snapshot says which
 * fold wrote is what it would read.
 */
export class BlockCache {
  readonly #known = new Map<string, Known>()
  #bytes = 0

  get (text: string, fold: number): Block | undefined {
    const known = this.#known.get(text)
    if (known?.fold !== fold) return undefined
    this.#known.delete(text)
    this.#known.set(text, known)
    return known.block
  }

  set (text: string, fold: number, block: Block): void {
    this.#forget(text)
    this.#known.set(text, { fold, block, bytes: block.bytes })
    this.#bytes += block.bytes
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= maxBytes) break
      this.#forget(oldest)
    }
  }

  #forget (text: string): void {
    const known = this.#known.get(text)
    if (!known) return
    this.#known.delete(text)
    this.#bytes -= known.bytes
  }
}

const caches = new WeakMap<object, BlockCache>()

/** One a database. */
export function cacheOf (database: object): BlockCache {
  let cache = caches.get(database)
  if (!cache) caches.set(database, cache = new BlockCache())
  return cache
}
