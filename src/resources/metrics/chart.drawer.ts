import { Worker } from 'node:worker_threads'
import { ApiError } from '../../errors.js'
import { draw } from './chart.drawing.js'
import type { ChartTheme } from './chart.shapes.js'
import type { Chart } from './metric.chart.js'

export interface ToDraw { number: number, chart: Chart, theme: ChartTheme }
export type Drawn = { number: number } & ({ svg: string } | { failure: string })

/** Node starts threads of JavaScript only: where a loader runs the sources, charts are drawn among the requests. */
const hasThreads = import.meta.url.endsWith('.js')
const file = new URL('./chart.thread.js', import.meta.url)
const resourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 }
/** The library takes half a second to load and some 50 MB: both are given back when nobody asks for charts any more. */
const idleMs = 60_000
/** It also keeps some 5 KB of every chart that it has drawn. */
const mostDrawn = 2_000
const mostWaiting = 100

interface Waiting { resolve: (svg: string) => void, reject: (error: Error) => void }

/** A thread that draws; it keeps the process from ending only while it does. */
class Drawer {
  private readonly worker = new Worker(file, { resourceLimits })
  private readonly waiting = new Map<number, Waiting>()
  private count = 0
  private idle: NodeJS.Timeout | undefined

  constructor (private readonly onEnd: () => void) {
    this.worker.unref()
    this.worker.on('message', (drawn: Drawn) => this.settle(drawn))
    this.worker.on('error', error => this.end(error))
    this.worker.on('exit', code => this.end(new Error(`The thread that draws charts ended (${code})`)))
  }

  get isSpent (): boolean { return this.count >= mostDrawn }

  draw (chart: Chart, theme: ChartTheme): Promise<string> {
    if (this.waiting.size >= mostWaiting) return Promise.reject(new ApiError('unavailable', 'Too many charts are being drawn. Try again in a second.', undefined, 1))
    clearTimeout(this.idle)
    const number = ++this.count
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject })
      this.worker.ref()
      this.worker.postMessage({ number, chart, theme } satisfies ToDraw, [])
    })
  }

  private settle (drawn: Drawn): void {
    const { resolve, reject } = this.waiting.get(drawn.number)!
    this.waiting.delete(drawn.number)
    if ('svg' in drawn) resolve(drawn.svg)
    else reject(new Error(drawn.failure))
    if (this.waiting.size > 0) return
    this.worker.unref()
    this.idle = setTimeout(() => this.retire(), this.isSpent ? 0 : idleMs).unref()
  }

  private retire (): void {
    this.onEnd()
    void this.worker.terminate()
  }

  private end (error: Error): void {
    clearTimeout(this.idle)
    this.onEnd()
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

let drawer: Drawer | null = null

/** The chart as SVG, drawn beside the requests. */
export async function drawn (chart: Chart, theme: ChartTheme): Promise<string> {
  if (!hasThreads) return draw(chart, theme)
  if (!drawer || drawer.isSpent) {
    const made: Drawer = new Drawer(() => { if (drawer === made) drawer = null })
    drawer = made
  }
  return drawer.draw(chart, theme)
}
