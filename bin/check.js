#!/usr/bin/env node
// npm run check: everything about the code that is no test. What fails is shown in full, and stops nothing else.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareToDevelop, root } from './prepare.js'

prepareToDevelop()
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const steps = [['lint'], ['types'], ['contracts', '--', '--check']].filter(([name]) => name in scripts)
let failed = 0
for (const step of steps) {
  const began = Date.now()
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', ...step],
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, shell: process.platform === 'win32' })
  const seconds = ((Date.now() - began) / 1000).toFixed(2)
  console.log(`${status === 0 ? 'ok    ' : 'not ok'} ${seconds.padStart(7)} s  npm run ${step.join(' ')}`)
  if (status !== 0) {
    failed++
    console.log(`${stdout}${stderr}`.trimEnd())
  }
}
console.log(`${steps.length - failed} passed, ${failed} failed`)
process.exitCode = Math.sign(failed)
