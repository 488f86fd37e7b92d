#!/usr/bin/env node
// npm test: compiles, starts one database for all files, runs them through tap, and says how many assertions held.
// Arguments name test files, by path, by pattern or by a part of it; those that begin with a dash go to tap.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { prepareToDevelop, root } from './prepare.js'
import { report } from './test-report.js'
import { testDatabase } from './test-database.js'

prepareToDevelop('.build', 'dist')
const args = process.argv.slice(2)
const files = testFiles(args.filter(arg => !arg.startsWith('-')))
if (files.length === 0) {
  console.log('No test file has such a name\n0 passed, 1 failed')
  process.exit(1)
}
const database = await testDatabase()
try {
  process.exitCode = await runTap(files, args.filter(arg => arg.startsWith('-')))
} finally {
  await database.remove()
}

function testFiles (wanted) {
  const patterns = wanted.map(patternOf)
  return readdirSync(join(root, '.build', 'test'), { recursive: true })
    .filter(file => file.endsWith('.test.js'))
    .map(file => join('.build', 'test', file))
    .filter(file => patterns.length === 0 || patterns.some(pattern => pattern.test(file.replaceAll(sep, '/'))))
    .toSorted()
}

function patternOf (wanted) {
  const path = existsSync(resolve(wanted)) ? relative(root, resolve(wanted)) : wanted
  const words = path.replaceAll(sep, '/').replace(/^\.\//, '').replace(/\.ts$/, '.js').split(/(\*\*\/?|\*)/)
  const wild = { '**/': '(.*/)?', '**': '.*', '*': '[^/]*' }
  return new RegExp(words.map(word => wild[word] ?? word.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join(''))
}

async function runTap (files, options) {
  const tap = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs')
  const child = spawn(process.execPath, [tap, 'run', '--disable-coverage', '--allow-empty-coverage', '--jobs=2',
    '--timeout=180', '--reporter=tap', ...options, ...files], {
    cwd: root, env: { ...process.env, TEST_DATABASE_URL: database.url }, stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal))
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'))
  const results = await report(child.stdout)
  const status = await ended
  if (status !== 0 && results.failed === 0) {
    results.failed = 1
    console.log(`tap ended with ${status}`)
  }
  console.log(`${results.passed} passed, ${results.failed} failed`)
  return typeof status === 'number' ? status || Math.sign(results.failed) : 1
}
