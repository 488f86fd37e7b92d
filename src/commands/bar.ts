import type { Writable } from 'node:stream'

const width = 30
const everyMs = 100
/** Where nobody watches, a line now and then. */
const quietlyEveryMs = 10_000

/** Shows how far something is: a bar that moves on a terminal, lines elsewhere. */
export class Bar {
  private what = ''
  private startedAt = 0
  private startedWith = 0
  private shownAt = 0
  private last = ''

  constructor (private readonly out: Writable & { isTTY?: boolean }, private readonly now: () => number) {}

  /** `share` is between 0 and 1; `count` of `noun` so far. */
  show (what: string, share: number, count: number, noun: string): void {
    const now = this.now()
    if (this.what !== what) {
      this.done()
      Object.assign(this, { what, startedAt: now, startedWith: count, shownAt: this.out.isTTY ? 0 : now })
    }
    const seconds = (now - this.startedAt) / 1000
    const rate = seconds > 0 ? ` ${Math.round((count - this.startedWith) / seconds).toLocaleString('en')} a second,` : ''
    const filled = Math.round(Math.min(share, 1) * width)
    this.last = `${what} [${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${Math.floor(Math.min(share, 1) * 100)} %,${rate} ${count.toLocaleString('en')} ${noun}`
    if (now - this.shownAt < (this.out.isTTY ? everyMs : quietlyEveryMs)) return
    this.shownAt = now
    this.out.write(this.out.isTTY ? `\r\u001b[K${this.last}` : `${this.last}\n`)
  }

  /** Shows the last that there was to show, and ends the line. */
  done (): void {
    if (this.last) this.out.write(this.out.isTTY ? `\r\u001b[K${this.last}\n` : `${this.last}\n`)
    this.last = ''
    this.what = ''
  }
}
