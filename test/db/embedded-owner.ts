// A process that uses an embedded Postgres until its input ends or somebody kills it; started by embedded.test.ts.
import { startEmbedded } from '../../src/db/embedded/start.js'

const dataDir = process.argv[2] as string
const embedded = await startEmbedded({ dataDir, log: (message) => process.stderr.write(`${message}\n`) })
process.stdout.write(`${JSON.stringify({ url: embedded.url, adopted: embedded.adopted })}\n`)
process.stdin.on('end', () => { embedded.stop().then(() => process.exit(0)) }).resume()
