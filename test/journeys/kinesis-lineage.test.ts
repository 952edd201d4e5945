import type { Shard } from '@aws-sdk/client-kinesis'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { startHeadrace } from '../support/headrace.ts'
import type { ConsumedRecord } from '../support/kcl-consumer.ts'
import { startConsumers } from '../support/kcl-consumer.ts'
import { createDice } from '../support/mutations.ts'

const SEED = 20_260_101
const CHANGES = 20
const PRODUCERS = 4
const KEYS_EACH = 15
const StreamName = 'lineage'

test('through 20 random splits and merges under load every record comes once, each key in order', async () => {
  const server = await startHeadrace()
  const kinesis = new KinesisClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 10,
  })
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }))
  const dice = createDice(SEED)
  const turns = createDice(SEED + 1)
  const consumed: ConsumedRecord[] = []
  const consumers = startConsumers({
    kinesis,
    StreamName,
    workers: 3,
    onRecord: (record) => consumed.push(record),
    givesUp: () => turns() < 0.05,
  })
  const load = startProducers(kinesis)
  for (let change = 0; change < CHANGES; change++) await changeShards(kinesis, dice)
  const sent = await load.stop()
  const total = [...sent.values()].reduce((sum, count) => sum + count, 0)
  await expect.poll(() => consumed.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(total)
  await consumers.stop()

  const byKey = new Map<string, number[]>()
  for (const { partitionKey, data } of consumed) {
    const numbers = byKey.get(partitionKey) ?? []
    numbers.push(Number(data))
    byKey.set(partitionKey, numbers)
  }
  expect(total).toBeGreaterThan(1000)
  expect(byKey.size).toBe(sent.size)
  for (const [key, count] of sent) {
    expect(byKey.get(key), key).toEqual(Array.from({ length: count }, (_, number) => number))
  }
  for (const { shardId, parents } of consumers.leases()) {
    const numbers = consumed
      .filter((record) => record.shardId === shardId)
      .map(({ sequenceNumber }) => BigInt(sequenceNumber))
    expect(numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0n))).toBe(true)
    for (const parent of parents) {
      const lastOfParent = consumed.findLastIndex((record) => record.shardId === parent)
      const firstOfChild = consumed.findIndex((record) => record.shardId === shardId)
      if (firstOfChild >= 0) expect(lastOfParent).toBeLessThan(firstOfChild)
    }
  }
  expect(consumers.ended().length).toBeGreaterThanOrEqual(CHANGES)
  expect(await server.stop()).toBe(0)
}, 90_000)

/** Each has keys of its own, and puts a record of each, one request after the other. */
function startProducers(kinesis: KinesisClient) {
  const sent = new Map<string, number>()
  let stopped = false

  async function produce(producer: number): Promise<void> {
    const keys = Array.from({ length: KEYS_EACH }, (_, index) => `key-${producer}-${index}`)
    for (let number = 0; !stopped; number++) {
      let left = keys
      while (left.length > 0) {
        const Records = left.map((PartitionKey) => {
          return { PartitionKey, Data: Buffer.from(String(number)) }
        })
        const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
        left = left.filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined)
      }
      for (const key of keys) sent.set(key, number + 1)
    }
  }

  const running = Promise.all(Array.from({ length: PRODUCERS }, (_, index) => produce(index)))
  return {
    /** How many records each key has. */
    async stop(): Promise<ReadonlyMap<string, number>> {
      stopped = true
      await running
      return sent
    },
  }
}

/** One split or merge, wherever the dice fall; done when it resolves. */
async function changeShards(kinesis: KinesisClient, dice: () => number): Promise<void> {
  const { Shards = [] } = await kinesis.send(
    new ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }),
  )
  const open = Shards.sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1))
  if (open.length < 3 || (open.length < 8 && dice() < 0.5)) {
    const shard = open[Math.floor(dice() * open.length)] as Shard
    const width = endOf(shard) - startOf(shard)
    const place = startOf(shard) + 2n + (width * BigInt(Math.floor(dice() * 1000))) / 1001n
    await kinesis.send(
      new SplitShardCommand({
        StreamName,
        ShardToSplit: shard.ShardId,
        NewStartingHashKey: String(place),
      }),
    )
  } else {
    const at = Math.floor(dice() * (open.length - 1))
    const ShardToMerge = open[at]?.ShardId
    const AdjacentShardToMerge = open[at + 1]?.ShardId
    await kinesis.send(new MergeShardsCommand({ StreamName, ShardToMerge, AdjacentShardToMerge }))
  }
  await expect
    .poll(async () => {
      const answer = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))
      return answer.StreamDescriptionSummary?.StreamStatus
    })
    .toBe('ACTIVE')
  await new Promise((resolve) => setTimeout(resolve, 200 + 300 * dice()))
}

function startOf({ HashKeyRange }: Shard): bigint {
  return BigInt(HashKeyRange?.StartingHashKey ?? 0)
}

function endOf({ HashKeyRange }: Shard): bigint {
  return BigInt(HashKeyRange?.EndingHashKey ?? 0)
}
