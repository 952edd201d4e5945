// `npm run demo`: sets the clone up, then runs the fraud pipeline; further flags are passed on.
import { setUp } from './setup.mjs'

try {
  setUp()
} catch (error) {
  process.stderr.write(`headrace: ${error.message}\n`)
  process.exit(1)
}
process.argv.splice(2, 0, 'demo', 'fraud')
await import('../dist/headrace.js')
