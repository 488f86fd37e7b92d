import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../src/root.js'
import { loadedBy } from './load.js'
import type { Measured } from './measure.js'

const reached = ({ ratio, must, atMost }: Measured): boolean => atMost ? ratio <= must! : ratio >= must!
const goal = ({ must, wish, atMost }: Measured): string => `${atMost ? '≤' : '≥'} ${must}${wish ? `, then ${wish}` : ''}`

const figure = (value: number): string => value >= 100 ? String(Math.round(value)) : value.toPrecision(3)

const git = (...words: string[]): string => execFileSync('git', words, { cwd: projectRoot, encoding: 'utf8' }).trim()

function machine (): Record<string, string> {
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
    load: loadedBy,
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' and changes' : ''),
    at: new Date().toISOString()
  }
}

/** A table in Markdown, as docs/performance.md has it. */
export function print (measured: Measured[], rows: number): void {
  const { machine: on, load, commit, at } = machine()
  console.log(`\n${rows} conversations; ${on}; load by ${load}; commit ${commit}; ${at}\n`)
  console.log('| figure | measured | spread | goal | | product/s | base/s | base |\n|---|--:|--:|--:|---|--:|--:|---|')
  for (const each of measured) {
    const { name, ratio, spread, must, product, base, by } = each
    console.log(`| ${[
      name, figure(ratio), spread ? spread.map(figure).join('–') : '', ...must === null ? ['', ''] : [goal(each), reached(each) ? 'yes' : '**no**'],
      product ? figure(product) : '', base ? figure(base) : '', by ?? ''
    ].join(' | ')} |`)
  }
}

/** The same as JSON, under bench/results. */
export async function keep (measured: Measured[], how: object): Promise<void> {
  const folder = join(projectRoot, 'bench', 'results')
  await mkdir(folder, { recursive: true })
  const about = machine()
  await writeFile(join(folder, `${about.at!.replaceAll(':', '-')}.json`), JSON.stringify({ ...about, ...how, measured }, null, 2) + '\n')
}
