// What the other scripts need before they can run: packages and compiled code. These scripts run before anything is
// installed, so they import nothing but Node, and are JavaScript.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, utimesSync,
  writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Which output is made of what, and how; its `sign` is there when it is. */
const builds = {
  dist: {
    of: ['src', 'tsconfig.json', 'package-lock.json', join('bin', 'bundle.js')],
    sign: 'main.js',
    make: bundle
  },
  '.build': {
    of: ['src', 'test', 'bench', 'tsconfig.json', 'tsconfig.test.json'],
    sign: 'test',
    make: compile
  }
}
const testSources = ['src', 'test', 'bench']

const say = line => process.stderr.write(`${line}\n`)

/** Makes sure of `dist` and of what it needs to run; leaves an image without sources or compiler as it is. */
export function prepareToRun () {
  const isCurrent = !existsSync(join(root, 'src')) || isBuilt('dist')
  if (isCurrent && isInstalled({ development: false })) return
  inTurn(() => {
    install({ development: !isCurrent })
    if (!isCurrent) build('dist')
  })
}

/** Makes sure of the packages for development, and of compiled code in the outputs that are named. */
export function prepareToDevelop (...outputs) {
  if (isInstalled({ development: true }) && outputs.every(isBuilt)) return
  inTurn(() => {
    install({ development: true })
    for (const output of outputs) build(output)
  })
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm keeps what it has installed in a lock file of its
 * own; only where that is the older one are the two compared, because a checkout gives files new times.
 */
function isInstalled ({ development }) {
  const wanted = join(root, 'package-lock.json')
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installed)) return false
  if (statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return true
  const present = readJson(installed).packages
  return Object.entries(readJson(wanted).packages).every(([path, { version, optional, devOptional, dev }]) => {
    if (path === '' || (dev && !development)) return true
    return present[path] ? present[path].version === version : optional || devOptional
  })
}

function install ({ development }) {
  if (isInstalled({ development })) return
  const modules = join(root, 'node_modules')
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    fail(`node_modules links to ${realpathSync(modules)}, which is not as package-lock.json asks: run npm ci there.`)
  }
  say('Installing packages (npm ci) …')
  const options = ['ci', '--include=dev', '--include=optional', '--prefer-offline', '--no-audit', '--no-fund',
    '--loglevel=error']
  // Under npm this is its own program, which need not be the one on the path.
  const npm = process.env.npm_execpath ?? ''
  const isNpm = basename(npm).startsWith('npm')
  run(isNpm ? process.execPath : 'npm', isNpm ? [npm, ...options] : options, 'Packages are installed')
}

function isBuilt (output) {
  const stamp = statSync(stampOf(output), { throwIfNoEntry: false })
  return stamp !== undefined && isThere(output) &&
    newestBelow(builds[output].of.map(path => join(root, path))) < stamp.mtimeMs
}

const isThere = output => existsSync(join(root, output, builds[output].sign))

/** Folders count too: theirs is the time of the last removal. */
function newestBelow (paths) {
  let newest = 0
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (!stats) continue
    const below = stats.isDirectory() ? newestBelow(readdirSync(path).map(name => join(path, name))) : 0
    newest = Math.max(newest, stats.mtimeMs, below)
  }
  return newest
}

function build (output) {
  if (isBuilt(output)) return
  say(`Compiling to ${output} …`)
  const began = new Date()
  builds[output].make(output)
  writeFileSync(stampOf(output), '')
  // What was saved while the compiler ran is newer than this.
  utimesSync(stampOf(output), began, began)
}

const stampOf = output => join(root, output, '.built')

function bundle (output) {
  rmSync(join(root, output), { recursive: true, force: true })
  run(process.execPath, [join(root, 'bin', 'bundle.js'), output], `Compiled to ${output}`)
}

function compile (output) {
  // The compiler's memory of what it wrote outlives the removal of what it wrote.
  if (!existsSync(stampOf(output)) || !isThere(output)) rmSync(join(root, output), { recursive: true, force: true })
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.test.json'],
    `Compiled to ${output}`)
  removeOrphans(output)
  copyOthers(output)
}

/** A test whose source is gone must not run for ever. */
function removeOrphans (output) {
  for (const file of readdirSync(join(root, output), { recursive: true })) {
    const script = /^(.*)\.js(\.map)?$/.exec(file)?.[1]
    if (script && !existsSync(join(root, `${script}.ts`))) rmSync(join(root, output, file))
  }
}

const notCode = path => !path.endsWith('.ts')

/** Fixtures and the like, which are read from beside the code; the compiler leaves them where they are. */
function copyOthers (output) {
  for (const folder of testSources) cpSync(join(root, folder), join(root, output, folder), { recursive: true, filter: notCode })
}

function run (program, args, done) {
  const began = Date.now()
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: program === 'npm' && process.platform === 'win32' }
  const { status, error } = spawnSync(program, args, options)
  if (error) fail(`${program} did not run: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
  say(`${done} in ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

/** One at a time: two npm ci at once remove each other's files. */
function inTurn (work) {
  const lock = join(root, '.build.lock')
  for (let waits = 0; !take(lock); waits++) {
    if (waits === 0) say('Waiting for another process that installs or compiles …')
    if (waits > 6000) fail(`Still waiting after 10 minutes; if no other process runs, remove ${lock}`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  const release = () => rmSync(lock, { force: true })
  process.once('exit', release)
  work()
  process.off('exit', release)
  release()
}

function take (lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`Packages or compiled code are missing, and ${error.message}`)
  }
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
  } catch (error) {
    if (error.code === 'ESRCH') rmSync(lock, { force: true })
  }
  return false
}

function fail (message) {
  say(message)
  process.exit(1)
}

const readJson = file => JSON.parse(readFileSync(file, 'utf8'))
