import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis'
import { afterAll, describe, expect, test } from 'vitest'
import type { KafkaCluster } from '../../scripts/peers/kafka/cluster.ts'
import { startApacheKafka } from '../support/apache-kafka.ts'
import type { RunningHeadrace } from '../support/headrace.ts'
import { startHeadrace } from '../support/headrace.ts'

const single = await startApacheKafka()
const running: RunningHeadrace[] = []
afterAll(async () => {
  await Promise.all(running.map((node) => node.stop()))
  await single?.stop()
}, 60_000)

/** A node of a house that others can be part of; each has a data directory of its own. */
async function startNode(kafka: KafkaCluster): Promise<RunningHeadrace> {
  const url = `kafka://${kafka.bootstrap}`
  const flags = ['--log', url, '--meta', url, '--stream-limits', 'off']
  const node = await startHeadrace({ flags })
  running.push(node)
  return node
}

function clientOf({ endpoint }: RunningHeadrace): KinesisClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return new KinesisClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
}

async function createStream(client: KinesisClient, StreamName: string, ShardCount: number) {
  await client.send(new CreateStreamCommand({ StreamName, ShardCount }))
  await becomesActive(client, StreamName)
}

async function becomesActive(client: KinesisClient, StreamName: string) {
  await expect
    .poll(async () => {
      const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName }))
      return answer.StreamDescriptionSummary?.StreamStatus
    })
    .toBe('ACTIVE')
}

interface Seen {
  readonly shardId: string
  readonly sequenceNumber: string
  readonly value: string
}

/** All records of all shards, each shard read to its end. */
async function readAll(client: KinesisClient, StreamName: string): Promise<Seen[]> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }))
  const all: Seen[] = []
  for (const { ShardId = '' } of Shards) {
    const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
    let { ShardIterator } = await client.send(new GetShardIteratorCommand(start))
    while (ShardIterator) {
      const page = await client.send(new GetRecordsCommand({ ShardIterator }))
      for (const { SequenceNumber = '', Data } of page.Records ?? []) {
        const value = Buffer.from(Data ?? []).toString()
        all.push({ shardId: ShardId, sequenceNumber: SequenceNumber, value })
      }
      if (page.Records?.length === 0 && page.MillisBehindLatest === 0) break
      ShardIterator = page.NextShardIterator
    }
  }
  return all
}

/**
 * Writes through all nodes in turn until `isOver`, 20 records a request, and never a record again (the
 * clients try once). Answers what was acknowledged, and where it was said to be.
 */
async function write(
  clients: ReadonlyArray<KinesisClient>,
  StreamName: string,
  name: string,
  isOver: () => boolean,
): Promise<Seen[]> {
  const acknowledged: Seen[] = []
  let turn = 0
  for (let serial = 0; !isOver(); serial++) {
    const values = Array.from({ length: 20 }, (_, index) => `${name}-${serial}-${index}`)
    const Records = values.map((value) => ({ PartitionKey: value, Data: Buffer.from(value) }))
    const client = clients[turn++ % clients.length]
    const answer = await client
      ?.send(new PutRecordsCommand({ StreamName, Records }))
      .catch(() => undefined)
    answer?.Records?.forEach(({ ShardId, SequenceNumber }, index) => {
      if (!ShardId || !SequenceNumber) return
      const value = values[index] ?? ''
      acknowledged.push({ shardId: ShardId, sequenceNumber: SequenceNumber, value })
    })
  }
  return acknowledged
}

/** What was acknowledged is there once, where it was said to be, and in the order of its writer. */
function expectKept(acknowledged: ReadonlyArray<Seen>, seen: ReadonlyArray<Seen>) {
  const found = new Map<string, Seen[]>()
  for (const one of seen) found.set(one.value, [...(found.get(one.value) ?? []), one])
  const wrong = acknowledged.filter((one) => {
    const there = found.get(one.value) ?? []
    return there.length !== 1 || there[0]?.sequenceNumber !== one.sequenceNumber
  })
  expect(wrong).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(100)
}

describe.skipIf(!single)('nodes over one Apache Kafka', () => {
  test('serve one stream to one client: put at one, read at the other, resharded at either', async () => {
    const kafka = single as KafkaCluster
    const [a, b] = (await Promise.all([startNode(kafka), startNode(kafka)])).map((node) =>
      clientOf(node),
    )
    if (!a || !b) throw new Error('two nodes')
    await createStream(a, 'shared', 2)
    const put = { StreamName: 'shared', PartitionKey: 'k', Data: Buffer.from('hello') }
    const { ShardId, SequenceNumber } = await a.send(new PutRecordCommand(put))
    const position = { StreamName: 'shared', ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
    const { ShardIterator } = await b.send(new GetShardIteratorCommand(position))
    for (const node of [b, a, b]) {
      const page = await node.send(new GetRecordsCommand({ ShardIterator }))
      expect(page.Records?.map((record) => record.SequenceNumber)).toEqual([SequenceNumber])
      expect(page.MillisBehindLatest).toBe(0)
      const next = await a.send(new GetRecordsCommand({ ShardIterator: page.NextShardIterator }))
      expect(next.Records).toEqual([])
    }
    const over = { is: false }
    const writing = [
      write([a, b], 'shared', 'ab', () => over.is),
      write([b, a], 'shared', 'ba', () => over.is),
    ]
    for (const [client, TargetShardCount] of [
      [a, 4],
      [b, 2],
    ] as const) {
      const wish = {
        StreamName: 'shared',
        TargetShardCount,
        ScalingType: 'UNIFORM_SCALING',
      } as const
      await client.send(new UpdateShardCountCommand(wish))
      await becomesActive(client === a ? b : a, 'shared')
    }
    over.is = true
    const acknowledged = (await Promise.all(writing)).flat()
    const atA = await readAll(a, 'shared')
    expect(await readAll(b, 'shared')).toEqual(atA)
    expectKept(acknowledged, atA)
    expect(new Set(atA.map(({ shardId }) => shardId)).size).toBeGreaterThan(4)
  })

  test('a node killed in the middle of its work loses nothing that it acknowledged', async () => {
    const kafka = single as KafkaCluster
    const [doomed, other] = await Promise.all([startNode(kafka), startNode(kafka)])
    const a = clientOf(doomed)
    const b = clientOf(other)
    await createStream(b, 'killed', 3)
    const over = { is: false }
    const writing = ['x', 'y', 'z'].map((name) => write([a, b], 'killed', name, () => over.is))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await doomed.kill()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    over.is = true
    const acknowledged = (await Promise.all(writing)).flat()
    expectKept(acknowledged, await readAll(b, 'killed'))
    const again = clientOf(await startNode(kafka))
    expectKept(acknowledged, await readAll(again, 'killed'))
  })
})

test.skipIf(!single)(
  'a broker of three killed in the middle of the work loses nothing that was acknowledged',
  async () => {
    const kafka = (await startApacheKafka({ nodes: 3 })) as KafkaCluster
    try {
      const nodes = await Promise.all([startNode(kafka), startNode(kafka)])
      const clients = nodes.map((node) => clientOf(node))
      const [a] = clients
      if (!a) throw new Error('a node')
      await createStream(a, 'led', 6)
      const over = { is: false }
      const writing = ['x', 'y'].map((name) => write(clients, 'led', name, () => over.is))
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      const [broker] = kafka.nodes
      await broker?.kill()
      await new Promise((resolve) => setTimeout(resolve, 5_000))
      await broker?.start()
      await new Promise((resolve) => setTimeout(resolve, 2_000))
      over.is = true
      const acknowledged = (await Promise.all(writing)).flat()
      for (const client of clients) expectKept(acknowledged, await readAll(client, 'led'))
      await Promise.all(nodes.map((node) => node.stop()))
    } finally {
      await kafka.stop()
    }
  },
)
