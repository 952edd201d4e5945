import { spawn, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { newAccount } from '../support/client.ts'
import { startHeadrace } from '../support/headrace.ts'

const found = spawnSync('python3', ['-c', 'import boto3; print(boto3.__version__)'])
const boto3 = found.status === 0 ? found.stdout.toString().trim() : undefined

test.runIf(boto3)(
  `boto3 ${boto3 ?? '(not installed)'} makes presigned POSTs in both versions that are taken`,
  async () => {
    const server = await startHeadrace()
    const output = await new Promise<string>((resolve) => {
      const args = ['test/clients/python/s3_forms.py', server.endpoint, newAccount()]
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
