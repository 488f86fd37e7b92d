import { existsSync, readFileSync } from 'node:fs'

const file = new URL('./graph.graphql', import.meta.url)

/**
 * The whole graph as the build printed it beside the compiled code: to print it of every shape, and to check it, took a fifth of
 * a start. Null where no build did: sources that a loader runs, and tests.
 */
export const printedGraph = (): { whole: string } | null => existsSync(file) ? { whole: readFileSync(file, 'utf8') } : null
