import type { GetRecordsCommandOutput } from '@aws-sdk/client-kinesis'
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { startForBadInput } from '../support/bad-input.ts'
import { createDice, mutate } from '../support/mutations.ts'
import { plainCbor } from '../support/plain-cbor.ts'

const RUNS = 2000
const StreamName = 'fuzzed'

test(`${RUNS} mutated bodies get answers below 500, and each acknowledged record is there`, async () => {
  const server = await startForBadInput({ flags: ['--stream-limits', 'off'] })
  const kinesis = new KinesisClient(server.config)
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  const { ShardIterator = '' } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId: '0', ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const record = (text: string, Data: string | Buffer) => ({ PartitionKey: text, Data })
  const requests = (data: (text: string) => string | Buffer) =>
    [
      ['PutRecord', { StreamName, ...record('a', data('one')) }],
      ['PutRecords', { StreamName, Records: ['b', 'c'].map((text) => record(text, data(text))) }],
      ['GetRecords', { ShardIterator, Limit: 5 }],
      ['GetShardIterator', { StreamName, ShardId: '0', ShardIteratorType: 'LATEST' }],
    ] as const
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const good = [
    ...requests(base64).map(([operation, input]) => {
      return { operation, type: 'json', body: Buffer.from(JSON.stringify(input)) }
    }),
    ...requests((text) => Buffer.from(text)).map(([operation, input]) => {
      return { operation, type: 'cbor', body: plainCbor(input) }
    }),
  ]
  const dice = createDice(11)
  const statuses = new Map<number, number>()
  let acknowledged = 0

  async function send(round: number): Promise<void> {
    const { operation, type, body } = good[round % good.length] as (typeof good)[number]
    const bytes = round < good.length ? body : mutate(body, dice)
    const headers = {
      'x-amz-target': `Kinesis_20131202.${operation}`,
      'content-type': `application/x-amz-${type}-1.1`,
    }
    const { status, text } = await server.call('kinesis', { headers, body: bytes })
    const told = `${operation} in ${type}: ${bytes.toString('base64')}`
    expect(status, told).toBeLessThan(500)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status !== 200) return
    if (operation === 'PutRecord') acknowledged++
    // The number of records: what stands in an answer of CBOR beside its texts is their names.
    if (operation === 'PutRecords') acknowledged += text.split('SequenceNumber').length - 1
  }

  let next = 0
  const lane = async () => {
    while (next < RUNS) await send(next++)
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  expect(statuses.get(200)).toBeGreaterThan(50)
  expect(statuses.get(400)).toBeGreaterThan(500)

  let stored = 0
  for (let iterator: string | undefined = ShardIterator; ; ) {
    const page: GetRecordsCommandOutput = await kinesis.send(
      new GetRecordsCommand({ ShardIterator: iterator }),
    )
    stored += page.Records?.length ?? 0
    if (page.MillisBehindLatest === 0) break
    iterator = page.NextShardIterator
  }
  expect(stored).toBe(acknowledged)
  await server.expectAlive()
  expect(server.log()).toBe('')
  expect(await server.stop()).toBe(0)
}, 60_000)
