import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pythonPackages } from '../../scripts/peers/python/packages.ts'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'
import { orSaid } from '../support/missing-peer.ts'

const packages = await orSaid(pythonPackages)
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }

describe.runIf(packages)('librdkafka, by its Python client', () => {
  let server: RunningHeadrace
  beforeAll(async () => {
    server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  })
  afterAll(async () => {
    expect(await server?.stop()).toBe(0)
  })

  /** A step of `kafka_clients.py`; what it prints. */
  async function step(name: string, ...args: string[]): Promise<unknown> {
    const { stdout } = await promisify(execFile)(
      'python3',
      ['test/clients/python/kafka_clients.py', server.kafka ?? '', name, ...args],
      { env: { ...process.env, ...credentials, PYTHONPATH: packages }, timeout: 120_000 },
    )
    return JSON.parse(stdout)
  }

  test('an administrator makes a topic, adds partitions and removes it', async () => {
    expect(await step('admin', 'administered')).toEqual([4, false])
  })

  test('an idempotent producer writes all codecs, and groups of either protocol read them', async () => {
    const timeMs = Date.now()
    const offsets = Array.from({ length: 50 }, (_, offset) => offset)
    expect(await step('produce', 'codecs', String(timeMs))).toEqual(offsets)
    const records = CODECS.flatMap((codec, at) =>
      Array.from({ length: 10 }, (_, n) => {
        return [at * 10 + n, `key-${n}`, timeMs + n, codec, 50 * `${codec}-${n} `.length]
      }),
    )
    for (const protocol of ['classic', 'consumer']) {
      const settings = JSON.stringify({ 'group.protocol': protocol })
      const read = await step('consume', 'codecs', `readers-${protocol}`, '50', settings)
      expect(read).toEqual({ records, committed: 50 })
    }
  })

  test.each([
    ['eager', { 'partition.assignment.strategy': 'range' }],
    ['cooperative', { 'partition.assignment.strategy': 'cooperative-sticky' }],
    ['consumer protocol', { 'group.protocol': 'consumer' }],
  ])('two members share partitions, and the last one gets all: %s', async (name, settings) => {
    const topic = `share-${name.replace(' ', '-')}`
    expect(await step('share', topic, JSON.stringify(settings))).toEqual([[2, 2], [4]])
  })

  test.each([
    ['classic', {}],
    ['consumer', { 'group.protocol': 'consumer' }],
  ])('a static member comes back to its partitions: %s', async (name, settings) => {
    const share = await step('share', `static-${name}`, JSON.stringify(settings))
    expect(share).toEqual([[2, 2], true])
  })

  test('what a transaction aborted is not seen, and a fenced producer writes nothing', async () => {
    expect(await step('transactions', 'moved')).toEqual([['committed'], true, '_FENCED'])
  })

  test("the signer of MSK's tokens lets a producer in, and a forged secret does not", async () => {
    expect(await step('produce-with-token', 'signed', 'us-east-1')).toEqual([null])
    const secret = credentials.AWS_SECRET_ACCESS_KEY
    credentials.AWS_SECRET_ACCESS_KEY = 'forged'
    try {
      expect(await step('produce-with-token', 'signed', 'us-east-1')).not.toEqual([null])
    } finally {
      credentials.AWS_SECRET_ACCESS_KEY = secret
    }
  })
})
