// `npm test`: sets the clone up, runs every check and test, closes with "N passed, N failed".
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setUp } from './setup.mjs'

try {
  setUp()
} catch (error) {
  process.stderr.write(`headrace: ${error.message}\n0 passed, 1 failed\n`)
  process.exit(1)
}

const { checks, runChecks } = await import('./checks.mjs')
const failedChecks = await runChecks(process.cwd())
const canary =
  spawnSync(process.execPath, ['scripts/canary.mjs'], { stdio: 'inherit' }).status === 0

const report = join('dist', 'test-report.json')
rmSync(report, { force: true })
await new Promise((resolve) => {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
    env: { ...process.env, HEADRACE_BUILT: '1' },
    stdio: 'inherit',
  })
  vitest.on('close', resolve)
})
const tests = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] }
// A file that fails to load has no test in it that could count as failed.
const broken = tests.testResults.filter(
  (file) =>
    file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
)

const passed = tests.numPassedTests + checks.length - failedChecks.length + (canary ? 1 : 0)
const failed = tests.numFailedTests + broken.length + failedChecks.length + (canary ? 0 : 1)
const skipped = tests.numPendingTests > 0 ? `, ${tests.numPendingTests} skipped` : ''
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped}\n`)
if (failed > 0) process.exitCode = 1
