// Makes `dist` of `src` and of the packages that it uses: finding, reading and compiling a thousand small files was most
// of a start. Whatever is started by its path is an entry, and all of them lie in one folder, beside each other.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { root } from './prepare.js'

const entries = {
  main: 'src/main.ts',
  'backtest.thread': 'src/resources/backtests/backtest.thread.ts',
  'chart.thread': 'src/resources/metrics/chart.thread.ts',
  'watchdog.process': 'src/db/embedded/watchdog.process.ts',
  // What is imported below.
  printing: 'src/printing.ts',
  // The benchmark runs backtests as they are shipped.
  'backtest.running': 'src/resources/backtests/running.service.ts'
}

// Packages that are CommonJS ask for what Node has by `require`, which modules do not know.
const banner = 'import { createRequire as requiring } from "node:module"; const require = requiring(import.meta.url);'

const folder = resolve(root, process.argv[2] ?? 'dist')

await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // An optional half of pg that is not installed.
  external: ['pg-native'],
  banner: { js: banner },
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'external',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning'
})

const { printGraph } = await import(pathToFileURL(join(folder, 'printing.js')).href)
writeFileSync(join(folder, 'graph.graphql'), printGraph())
