import { inspect } from 'node:util'

/**
 * Prints one line for each test file and every failure in full; resolves to how many assertions passed and failed.
 * Skipped ones and those still to do are neither.
 */
export async function report (tapStream) {
  const { Parser } = await import('tap-parser')
  const total = { passed: 0, failed: 0 }
  const parser = new Parser()
  parser.on('child', child => {
    const file = { passed: 0, failed: 0, skipped: 0, failures: [] }
    follow(child, [], file)
    parser.once('assert', outcome => {
      // A file that asserts nothing proves nothing; tap calls it skipped.
      const isEmpty = outcome.skip === 'no tests found'
      if (isEmpty) outcome = { ...outcome, ok: false, skip: false, diag: { reason: outcome.skip } }
      countOwnFailure(outcome, file, [])
      printFile(outcome, file)
      total.passed += file.passed
      total.failed += file.failed
    })
  })
  parser.on('bailout', reason => console.log(`Bail out! ${reason}`))
  tapStream.pipe(parser)
  await new Promise(resolve => parser.on('complete', resolve))
  return total
}

/** Counts what is asserted. The line that sums up a subtest is none, though it may fail where nothing inside did. */
function follow (parser, path, file) {
  let isSummary = false
  let failedBefore = 0
  parser.on('child', child => {
    isSummary = true
    failedBefore = file.failed
    follow(child, [...path, child.name], file)
  })
  parser.on('assert', result => {
    if (!isSummary) count(result, path, file)
    else if (file.failed === failedBefore) countOwnFailure(result, file, path)
    isSummary = false
  })
}

function count (result, path, file) {
  if (result.skip || result.todo) file.skipped++
  else if (result.ok) file.passed++
  else addFailure(result, path, file)
}

function countOwnFailure (result, file, path) {
  if (result.skip) file.skipped++
  else if (!result.ok && !result.todo && (path.length > 0 || file.failed === 0)) addFailure(result, path, file)
}

function addFailure (result, path, file) {
  file.failed++
  file.failures.push([`  not ok: ${[...path, result.name].join(' > ')}`, ...detail(result.diag, '    ')].join('\n'))
}

function printFile (outcome, { passed, failed, skipped, failures }) {
  const name = outcome.name.replace(/^\.build[\\/]/, '').replace(/\.js$/, '.ts')
  const seconds = ((outcome.time ?? 0) / 1000).toFixed(2)
  const counts = `${passed} passed${failed ? `, ${failed} failed` : ''}${skipped ? `, ${skipped} skipped` : ''}`
  console.log(`${outcome.ok ? 'ok    ' : 'not ok'} ${seconds.padStart(7)} s  ${name}  (${counts})`)
  for (const failure of failures) console.log(failure)
}

function detail (diagnosis, indent) {
  return Object.entries(diagnosis ?? {}).flatMap(([key, value]) => {
    const text = typeof value === 'string' ? value : inspect(value, { depth: 5, breakLength: 110 })
    const lines = text.trimEnd().split('\n')
    if (lines.length === 1) return [`${indent}${key}: ${lines[0]}`]
    return [`${indent}${key}:`, ...lines.map(line => `${indent}  ${line}`)]
  })
}
