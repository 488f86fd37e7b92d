import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { projectRoot } from '../../src/root.js'

export interface Command {
  child: ChildProcess
  /** Resolves to the match as soon as what it said holds one; fails when it ends before that. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>
  /** Resolves when it has ended. */
  ended: Promise<{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string }>
}

/** Where tests are compiled, what they run is the command line as it is shipped. */
const isSource = import.meta.url.endsWith('.ts')
const main = join(projectRoot, isSource ? 'src/main.ts' : 'dist/main.js')

/** Runs the command line in a process of its own, with nothing of our environment but these; killed with the test. */
export function command (t: Test, args: string[], environment: Record<string, string>): Command {
  const { PATH, HOME, SystemRoot } = process.env
  const child = spawn(process.execPath, [...isSource ? process.execArgv : [], main, ...args],
    { env: { PATH, HOME, SystemRoot, ...environment } as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  let [stdout, stderr, over] = ['', '', false]
  const waiting = new Set<() => void>()
  const heard = (): void => { for (const look of waiting) look() }
  child.stdout.on('data', text => { stdout += String(text); heard() })
  child.stderr.on('data', text => { stderr += String(text); heard() })
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true
    heard()
    return { code, signal, stdout, stderr }
  })
  const says = (pattern: RegExp): Promise<RegExpExecArray> => new Promise((resolve, reject) => {
    const look = (): void => {
      const match = pattern.exec(stderr) ?? pattern.exec(stdout)
      if (match) resolve(match)
      else if (over) reject(new Error(`It never said ${String(pattern)}, but: ${stdout}${stderr}`))
      else return
      waiting.delete(look)
    }
    waiting.add(look)
    look()
  })
  return { child, says, ended }
}
