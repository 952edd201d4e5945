import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { startHeadrace } from '../support/headrace.ts'

interface Outcome {
  readonly code: number
  readonly output: string
  readonly problems: string
}

function headrace(args: ReadonlyArray<string>, environment = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['dist/headrace.js', ...args], {
      env: { ...process.env, NO_COLOR: '1', ...environment },
    })
    let output = ''
    let problems = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      problems += chunk
    })
    child.on('close', (code) => resolve({ code: code ?? 1, output, problems }))
  })
}

const newDirectory = () => mkdtempSync(join(tmpdir(), 'headrace-cli-'))

test.each([
  [[]],
  [['up']],
  [['demo']],
  [['demo', 'fraud']],
  [['status']],
  [['env']],
  [['tail']],
  [['reset']],
  [['scrub']],
  [['keys']],
  [['keys', 'add']],
])('headrace %j --help explains itself', async (command) => {
  const { code, output } = await headrace([...command, '--help'])
  expect(code).toBe(0)
  expect(output).toMatch(/USAGE\n {2}headrace/)
})

test('env prints shell lines that a shell takes', async () => {
  const args = ['env', '--account', '123456789012', '--region', 'eu-west-1']
  const { output } = await headrace([...args, '--endpoint', 'http://127.0.0.1:1/'])
  expect(output.trim().split('\n')).toEqual([
    'export AWS_ENDPOINT_URL=http://127.0.0.1:1',
    'export AWS_ACCESS_KEY_ID=123456789012',
    'export AWS_SECRET_ACCESS_KEY=test',
    'export AWS_REGION=eu-west-1',
    'export AWS_DEFAULT_REGION=eu-west-1',
  ])
  expect((await headrace(['env', '--account', '12'])).problems).toMatch(/twelve digits/)
})

test('status tells what answers, or that nothing does', async () => {
  const nothing = await headrace(['status', '--endpoint', 'http://127.0.0.1:9'])
  expect(nothing.code).toBe(1)
  expect(nothing.problems).toMatch(/no Headrace server answers at .* start one with `headrace up`/)
  const server = await startHeadrace()
  const { code, output } = await headrace(['status', '--endpoint', server.endpoint])
  expect(code).toBe(0)
  expect(output).toMatch(/ {2}ok {2}version /)
  expect(output).toMatch(/kinesis +running/)
  expect(await server.stop()).toBe(0)
})

test('a wrong setting and an unserved engine are refused with advice', async () => {
  const port = await headrace(['up', '--port', 'x', '--data-dir', newDirectory()])
  expect(port.problems).toMatch(/--port: 'x' is not a number/)
  const engine = await headrace(['up', '--log', 'pulsar://x', '--data-dir', newDirectory()])
  expect(engine.code).toBe(1)
  expect(engine.problems).toMatch(
    /--log pulsar:\/\/x: this version of Headrace serves only segment: and kafka:/,
  )
  const alone = await headrace(['up', '--meta', 'kafka://x', '--data-dir', newDirectory()])
  expect(alone.code).toBe(1)
  expect(alone.problems).toMatch(/--meta kafka:\/\/x needs --log kafka:/)
})

test('beyond loopback nothing starts without keys of the operator, and with them only those count', async () => {
  const dataDir = newDirectory()
  const refused = await headrace(['up', '--host', '0.0.0.0', '--port', '0', '--data-dir', dataDir])
  expect(refused.code).toBe(1)
  expect(refused.problems).toMatch(/headrace keys add/)

  const { output } = await headrace([
    'keys',
    'add',
    '--data-dir',
    dataDir,
    '--account',
    '123456789012',
  ])
  const accessKeyId = /AWS_ACCESS_KEY_ID=(\S+)/.exec(output)?.[1] ?? ''
  const secretAccessKey = /AWS_SECRET_ACCESS_KEY=(\S+)/.exec(output)?.[1] ?? ''
  expect((await headrace(['keys', 'list', '--data-dir', dataDir])).output).toMatch(
    new RegExp(`^${accessKeyId} +123456789012 +operator`),
  )
  const server = await startHeadrace({ dataDir, flags: ['--host', '0.0.0.0'] })
  const ask = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
    new S3Client({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: 'us-east-1',
      credentials,
      forcePathStyle: true,
    }).send(new ListBucketsCommand({}))
  await expect(ask({ accessKeyId, secretAccessKey })).resolves.toMatchObject({ Buckets: [] })
  await expect(ask({ accessKeyId: 'test', secretAccessKey: 'test' })).rejects.toMatchObject({
    name: 'InvalidAccessKeyId',
  })
  expect(await server.stop()).toBe(0)
  expect((await headrace(['keys', 'remove', accessKeyId, '--data-dir', dataDir])).code).toBe(0)
})

test('reset needs to be meant', async () => {
  const { code, problems } = await headrace(['reset'])
  expect(code).toBe(1)
  expect(problems).toMatch(/Say --yes to do it/)
})
