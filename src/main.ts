import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from './base/clock.ts'
import { systemRandom } from './base/random.ts'
import { runCli } from './cli/application.ts'

/** Written in by the bundler; absent when the sources run as they are. */
declare const HEADRACE_VERSION: string | undefined

// The demo's SDK clients would tell every user of Node 20 what only we can act upon.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

const interruption = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => interruption.abort())
}

await runCli(process.argv.slice(2), {
  process,
  environment: process.env,
  version: typeof HEADRACE_VERSION === 'string' ? HEADRACE_VERSION : '0.0.0-source',
  distDirectory: dirname(fileURLToPath(import.meta.url)),
  clock: systemClock,
  random: systemRandom,
  uptimeMs: () => process.uptime() * 1000,
  interrupted: interruption.signal,
  isTerminal: process.stdout.isTTY === true,
  print: (line) => process.stdout.write(`${line}\n`),
  printError: (line) => process.stderr.write(`${line}\n`),
  draw: (text) => process.stdout.write(text),
  setExitCode: (code) => {
    process.exitCode = code
  },
})
