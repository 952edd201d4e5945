// `npm run bench [section …]`: sets the clone up like `npm test`, then measures.
import { spawnSync } from 'node:child_process'
import { setUp } from './setup.mjs'

try {
  setUp()
} catch (error) {
  process.stderr.write(`headrace: ${error.message}\n`)
  process.exit(1)
}
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', 'bench/run.ts', ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
