#!/usr/bin/env node
// npm start: from a fresh clone to a running server. With --dev it starts again whenever a source is saved.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { runMain } from './main.js'
import { prepareToDevelop, root } from './prepare.js'

const args = process.argv.slice(2)
if (args.includes('--dev')) watch(args.filter(arg => arg !== '--dev'))
else await runMain(['serve', ...args])

function watch (args) {
  prepareToDevelop()
  const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs')
  const command = [tsx, 'watch', '--clear-screen=false', join('src', 'main.ts'), 'serve', ...args]
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal).kill(process.pid, signal)
    else process.exitCode = code
  })
}
