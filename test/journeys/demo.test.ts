import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const RECORDS = '9000'

interface Outcome {
  readonly code: number
  readonly output: string
}

/** `headrace demo fraud` against a server; `onOutput` sees what it has printed so far. */
function runDemo(
  server: RunningHeadrace,
  onOutput: (output: string) => void = () => undefined,
): Promise<Outcome> {
  const args = ['demo', 'fraud', '--endpoint', server.endpoint, '--data-dir', server.dataDir]
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['dist/headrace.js', ...args, '--records', RECORDS])
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk
      onOutput(output)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

test('the fraud pipeline runs end to end, and every count reconciles', async () => {
  const server = await startHeadrace()
  const { code, output } = await runDemo(server)
  expect(output).toMatch(/All \d+ checks held\./)
  expect(code).toBe(0)
  expect(await server.stop()).toBe(0)
})

test.each(['Firehose delivers', 'A Glue job joins', 'SageMaker trains'])(
  'a run that was cut short by kill -9 at "%s" goes on to the end on the same data',
  async (step) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'headrace-demo-'))
    const first = await startHeadrace({ dataDir })
    let killing: Promise<void> | undefined
    const cut = await runDemo(first, (output) => {
      if (output.includes(step)) killing ??= first.kill()
    })
    await killing
    expect(cut.code).not.toBe(0)
    const second = await startHeadrace({ dataDir, port: first.port })
    const { code, output } = await runDemo(second)
    expect(output).toMatch(/All \d+ checks held\./)
    expect(code).toBe(0)
    expect(await second.stop()).toBe(0)
  },
)
