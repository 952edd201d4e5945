import { spawn, spawnSync } from 'node:child_process'
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordsCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const found = spawnSync('kcat', ['-V']).status === 0
if (!found) console.warn('skipped, for there is no kcat (Debian: apt-get install kcat)')

describe.runIf(found)('kcat and the Kinesis API over one log', () => {
  let server: RunningHeadrace
  beforeAll(async () => {
    server = await startHeadrace({ flags: ['--kafka', 'on', '--kafka-port', '0'] })
  })
  afterAll(async () => {
    expect(await server?.stop()).toBe(0)
  })

  function kcat(args: ReadonlyArray<string>, input = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('kcat', ['-b', server.kafka ?? '', ...args])
      let output = ''
      let errors = ''
      child.stdout.on('data', (bytes) => {
        output += bytes
      })
      child.stderr.on('data', (bytes) => {
        errors += bytes
      })
      child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(errors))))
      child.stdin.end(input)
    })
  }

  async function stream(name: string) {
    const { KinesisClient } = await import('@aws-sdk/client-kinesis')
    const client = new KinesisClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }))
    await waitUntilStreamExists({ client, maxWaitTime: 20 }, { StreamName: name })
    return client
  }

  test('a record put by PutRecords is read by kcat, with its key and its time', async () => {
    const client = await stream('from-kinesis')
    const before = Date.now()
    const { Records = [] } = await client.send(
      new PutRecordsCommand({
        StreamName: 'from-kinesis',
        Records: [
          { PartitionKey: 'ключ', Data: Buffer.from('first') },
          { PartitionKey: 'b', Data: Buffer.from('second') },
        ],
      }),
    )
    expect(Records).toHaveLength(2)
    const read = await kcat(['-C', '-e', '-q', '-t', 'from-kinesis', '-f', '%p|%o|%k|%s|%T\n'])
    const lines = read
      .trim()
      .split('\n')
      .map((line) => line.split('|'))
    expect(lines.map((line) => line.slice(0, 4))).toEqual([
      ['0', '0', 'ключ', 'first'],
      ['0', '1', 'b', 'second'],
    ])
    for (const [, , , , time] of lines) {
      expect(Number(time)).toBeGreaterThanOrEqual(before)
      expect(Number(time)).toBeLessThanOrEqual(Date.now())
    }
    client.destroy()
  })

  test('a record produced by kcat is read by GetRecords, with its key and its time', async () => {
    const client = await stream('from-kafka')
    const produce = ['-P', '-t', 'from-kafka', '-K', ':', '-H', 'origin=kcat', '-z', 'snappy']
    await kcat(produce, 'a:first\nb:second\n')
    const headers = await kcat(['-C', '-e', '-q', '-t', 'from-kafka', '-f', '%h|%s\n'])
    expect(headers).toBe('origin=kcat|first\norigin=kcat|second\n')
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: 'from-kafka',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    )
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }))
    const seen = Records.map(({ PartitionKey, Data }) => {
      return [PartitionKey, Buffer.from(Data ?? []).toString()]
    })
    expect(seen).toEqual([
      ['a', 'first'],
      ['b', 'second'],
    ])
    for (const { ApproximateArrivalTimestamp } of Records) {
      expect(Math.abs(Date.now() - Number(ApproximateArrivalTimestamp))).toBeLessThan(60_000)
    }
    client.destroy()
  })
})
