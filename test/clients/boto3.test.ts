import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { newAccount } from '../support/client.ts'
import { startHeadrace } from '../support/headrace.ts'

const found = spawnSync('python3', ['-c', 'import boto3; print(boto3.__version__)'])
const boto3 = found.status === 0 ? found.stdout.toString().trim() : undefined

test.runIf(boto3)(
  `boto3 ${boto3 ?? '(not installed)'} drives the pipeline from stream to query`,
  async () => {
    const server = await startHeadrace()
    const { spawn } = await import('node:child_process')
    const output = await new Promise<string>((resolve) => {
      const args = ['test/clients/python/pipeline.py', server.endpoint, newAccount()]
      const child = spawn('python3', args)
      let text = ''
      child.stdout.on('data', (chunk) => {
        text += chunk
      })
      child.stderr.on('data', (chunk) => {
        text += chunk
      })
      child.on('close', () => resolve(text))
    })
    expect(output.trim()).toBe('ok')
    expect(await server.stop()).toBe(0)
  },
)
