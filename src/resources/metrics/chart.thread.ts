import { parentPort } from 'node:worker_threads'
import { draw } from './chart.drawing.js'
import type { Drawn, ToDraw } from './chart.drawer.js'

/* A thread that draws, one chart after the other. */

async function answer ({ number, chart, theme }: ToDraw): Promise<Drawn> {
  try {
    return { number, svg: await draw(chart, theme) }
  } catch (error) {
    return { number, failure: error instanceof Error ? error.stack ?? error.message : String(error) }
  }
}

parentPort!.on('message', (wanted: ToDraw) => { void answer(wanted).then(drawn => parentPort!.postMessage(drawn, [])) })
