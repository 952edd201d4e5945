import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const found = spawnSync('aws', ['--version'])
const version = found.status === 0 ? found.stdout.toString().split(' ')[0] : undefined

describe.runIf(version)(`the AWS CLI, ${version ?? '(not installed)'}`, () => {
  let server: RunningHeadrace
  const directory = mkdtempSync(join(tmpdir(), 'headrace-cli-'))

  beforeAll(async () => {
    server = await startHeadrace()
  })
  afterAll(() => server.stop())

  /** Runs `aws …` with what `headrace env` says; answers its output, or throws what it wrote. */
  function aws(...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('aws', args, {
        cwd: directory,
        env: {
          ...process.env,
          AWS_ENDPOINT_URL: server.endpoint,
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_PAGER: '',
        },
      })
      let output = ''
      let problems = ''
      child.stdout.on('data', (chunk) => {
        output += chunk
      })
      child.stderr.on('data', (chunk) => {
        problems += chunk
      })
      child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(problems))))
    })
  }

  test('s3: make a bucket, copy files there and back, sync a directory', async () => {
    writeFileSync(join(directory, 'small.txt'), 'hello')
    writeFileSync(join(directory, 'large.bin'), Buffer.alloc(20_000_000, 7))
    await aws('s3', 'mb', 's3://cli-bucket')
    await aws('s3', 'cp', 'small.txt', 's3://cli-bucket/a/small.txt')
    await aws('s3', 'cp', 'large.bin', 's3://cli-bucket/a/large.bin')
    expect(await aws('s3', 'ls', 's3://cli-bucket/a/')).toMatch(
      /20000000 large\.bin\n.*5 small\.txt/s,
    )
    await aws('s3', 'sync', 's3://cli-bucket/a', 'back')
    expect(readFileSync(join(directory, 'back', 'small.txt'), 'utf8')).toBe('hello')
    expect(
      readFileSync(join(directory, 'back', 'large.bin')).equals(Buffer.alloc(20_000_000, 7)),
    ).toBe(true)
    await aws('s3', 'rb', '--force', 's3://cli-bucket')
  })

  test('s3: copy files there and back with the three kinds of encryption', async () => {
    const body = Buffer.alloc(20_000_000, 'enciphered')
    writeFileSync(join(directory, 'plain.bin'), body)
    writeFileSync(join(directory, 'key.bin'), Buffer.alloc(32, 'k'))
    await aws('s3', 'mb', 's3://cli-secrets')
    const customer = ['--sse-c', 'AES256', '--sse-c-key', 'fileb://key.bin']
    for (const [key, write, read] of [
      ['s3', ['--sse'], []],
      ['kms', ['--sse', 'aws:kms', '--sse-kms-key-id', 'alias/cli'], []],
      ['customer', customer, customer],
    ] as const) {
      const uri = `s3://cli-secrets/${key}.bin`
      await aws('s3', 'cp', 'plain.bin', uri, ...write)
      await aws('s3', 'cp', uri, `${key}.bin`, ...read)
      expect(readFileSync(join(directory, `${key}.bin`)).equals(body)).toBe(true)
    }
    const head = (key: string) =>
      aws('s3api', 'head-object', '--bucket', 'cli-secrets', '--key', key)
    expect(JSON.parse(await head('s3.bin')).ServerSideEncryption).toBe('AES256')
    expect(JSON.parse(await head('kms.bin')).ServerSideEncryption).toBe('aws:kms')
    await expect(head('customer.bin')).rejects.toThrow('Bad Request')
  })

  test('kinesis: a record put is a record got', async () => {
    await aws('kinesis', 'create-stream', '--stream-name', 'cli', '--shard-count', '1')
    await aws('kinesis', 'wait', 'stream-exists', '--stream-name', 'cli')
    const data = Buffer.from('hello').toString('base64')
    await aws(
      'kinesis',
      'put-record',
      '--stream-name',
      'cli',
      '--partition-key',
      'k',
      '--data',
      data,
    )
    const { ShardIterator } = JSON.parse(
      await aws(
        ...[
          'kinesis',
          'get-shard-iterator',
          '--stream-name',
          'cli',
          '--shard-id',
          'shardId-000000000000',
        ],
        ...['--shard-iterator-type', 'TRIM_HORIZON'],
      ),
    )
    const { Records } = JSON.parse(
      await aws('kinesis', 'get-records', '--shard-iterator', ShardIterator),
    )
    expect(Records).toMatchObject([
      { PartitionKey: 'k', Data: expect.stringMatching(/hello|aGVsbG8=|YUdWc2JHOD0=/) },
    ])
  })

  test.each([
    ['sts', 'get-caller-identity'],
    ['iam', 'list-roles'],
    ['lambda', 'list-functions'],
    ['firehose', 'list-delivery-streams'],
    ['glue', 'get-databases'],
    ['athena', 'list-work-groups'],
    ['sagemaker', 'list-training-jobs'],
    ['logs', 'describe-log-groups'],
  ])('%s %s answers', async (service, operation) => {
    expect(JSON.parse(await aws(service, operation))).toBeTypeOf('object')
  })

  test('an operation that is not built says so by its name', async () => {
    await expect(aws('sagemaker', 'list-notebook-instances')).rejects.toThrow(
      /ListNotebookInstances/,
    )
  })
})
