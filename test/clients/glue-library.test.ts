import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'

/** The tests of `python/` (awsglue, pyspark, the launcher), which are Python's own. */
test('the library of Glue scripts holds what its own tests say', async () => {
  const { code, output } = await run('python3', ['-m', 'unittest', 'discover', '-s', 'test/python'])
  expect(code, output).toBe(0)
  expect(output).toMatch(/^Ran [1-9]\d+ tests/m)
})

function run(
  command: string,
  given: ReadonlyArray<string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, given, { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }))
  })
}
