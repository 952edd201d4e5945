import { spawn, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { newAccount } from '../support/client.ts'
import { startHeadrace } from '../support/headrace.ts'

const found = spawnSync('python3', ['-c', 'import boto3; print(boto3.__version__)'])
const version = found.status === 0 ? found.stdout.toString().trim() : undefined
const knows = spawnSync('python3', [
  '-c',
  "import boto3; boto3.client('kinesis', region_name='us-east-1').update_stream_warm_throughput",
])

test.runIf(knows.status === 0)(
  `boto3 ${version ?? '(not installed)'} monitors, warms, shares and encrypts streams`,
  async () => {
    const server = await startHeadrace()
    const output = await new Promise<string>((resolve) => {
      const args = ['test/clients/python/kinesis.py', server.endpoint, newAccount(), newAccount()]
      const child = spawn('python3', args)
      let text = ''
      const add = (chunk: unknown) => {
        text += chunk
      }
      child.stdout.on('data', add)
      child.stderr.on('data', add)
      child.on('close', () => resolve(text))
    })
    expect(output.trim()).toBe('ok')
    expect(await server.stop()).toBe(0)
  },
)
