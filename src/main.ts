import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { systemClock } from './base/clock.ts'
import { systemRandom } from './base/random.ts'
import { runCli } from './cli/application.ts'

/** Written in by the bundler; absent when the sources run as they are. */
declare const HEADRACE_VERSION: string | undefined

// The demo's SDK clients would tell every user of Node 20 what only we can act upon.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

// Before V8 collects the whole heap it lets it grow by a factor of its choice, and counts the bytes of
// Buffers as growth. Our heap is small and much goes through Buffers, so that a broker would spend
// more than half of its time on collections (measured: 3.3 CPU seconds for a gigabyte that a Kafka
// client reads, 1.4 with this). Four is the most that V8 would choose by itself.
setFlagsFromString('--heap-growing-percent=300')

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
