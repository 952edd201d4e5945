import { spawn, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { newAccount } from '../support/client.ts'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const found = spawnSync('python3', ['-c', 'import boto3; print(boto3.__version__)'])
const boto3 = found.status === 0 ? found.stdout.toString().trim() : undefined

/** Runs a script against the server; answers what it wrote. */
function run(script: string, { endpoint }: RunningHeadrace): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('python3', [`test/clients/python/${script}`, endpoint, newAccount()])
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    child.on('close', () => resolve(text))
  })
}

test.runIf(boto3).each([
  ['drives the pipeline from stream to query', 'pipeline.py'],
  ['has objects enciphered, and reads them', 'encryption.py'],
])(`boto3 ${boto3 ?? '(not installed)'} %s`, async (_does, script) => {
  const server = await startHeadrace()
  expect((await run(script, server)).trim()).toBe('ok')
  expect(await server.stop()).toBe(0)
})
