import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis'
import type { Arena } from './contest.ts'
import { createStream } from './kinesis.bench.ts'
import type { Row } from './results.ts'
import { percentile } from './results.ts'

const STREAM = 'bench-delay'
const RECORDS_PER_SECOND = 1_000
/** Ten records a put, as a producer that waits for ten milliseconds sends them. */
const PUT_RECORDS = 10
const WARM_UP_MS = 3_000
const MEASURED_MS = 10_000
const LEFT_OUT_MS = 2_000

/**
 * From the call of PutRecords to the event of an enhanced fan-out subscription that has the record: the
 * JavaScript client as it comes, over HTTP/2, in this process, both ways.
 */
export async function benchDelay({ headrace }: Arena): Promise<Row[]> {
  const client = new KinesisClient({
    endpoint: headrace.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await createStream(client, STREAM, 1)
  const stop = new AbortController()
  const measured = { arrivals: [] as number[], acknowledgements: [] as number[], isOn: false }
  const reading = read(client, stop.signal, (ms) => {
    if (measured.isOn) measured.arrivals.push(ms)
  })
  await put(client, WARM_UP_MS, () => undefined)
  measured.isOn = true
  await put(client, MEASURED_MS, (ms) => measured.acknowledgements.push(ms))
  await new Promise((resolve) => setTimeout(resolve, LEFT_OUT_MS))
  stop.abort()
  await reading
  client.destroy()
  const { arrivals, acknowledgements } = measured
  const expected = (MEASURED_MS / 1000) * RECORDS_PER_SECOND
  if (arrivals.length < expected * 0.95) throw new Error(`only ${arrivals.length} records arrived`)
  return [0.5, 0.99].map((part): Row => {
    return {
      what: `SubscribeToShard, put to event, p${part * 100}, 1,000 records/s`,
      unit: 'ms',
      ours: percentile(arrivals, part),
      reference: percentile(acknowledgements, part),
      referenceIs: 'PutRecords until it is answered, 10 × 1 KB, the same client',
      ...(part === 0.99 && { most: 15 }),
    }
  })
}

async function read(client: KinesisClient, signal: AbortSignal, onRecord: (ms: number) => void) {
  const { StreamDescriptionSummary } = await client.send(
    new DescribeStreamSummaryCommand({ StreamName: STREAM }),
  )
  const { Consumer } = await client.send(
    new RegisterStreamConsumerCommand({
      StreamARN: StreamDescriptionSummary?.StreamARN,
      ConsumerName: 'bench',
    }),
  )
  const { EventStream } = await client.send(
    new SubscribeToShardCommand({
      ConsumerARN: Consumer?.ConsumerARN,
      ShardId: 'shardId-000000000000',
      StartingPosition: { Type: 'TRIM_HORIZON' },
    }),
    { abortSignal: signal },
  )
  try {
    for await (const { SubscribeToShardEvent } of EventStream ?? []) {
      const now = performance.now()
      for (const { Data } of SubscribeToShardEvent?.Records ?? []) {
        if (Data) onRecord(now - Buffer.from(Data).readDoubleBE(0))
      }
      if (signal.aborted) return
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** At the rate, however long the answers take; the time of the call is in the records. */
async function put(client: KinesisClient, forMs: number, onAnswer: (ms: number) => void) {
  const started = performance.now()
  const underWay = new Set<Promise<void>>()
  const intervalMs = (1000 * PUT_RECORDS) / RECORDS_PER_SECOND
  for (let sent = 0; sent * intervalMs < forMs; sent++) {
    const waitMs = started + sent * intervalMs - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    const one = putOnce(client, sent, onAnswer).finally(() => underWay.delete(one))
    underWay.add(one)
  }
  await Promise.all(underWay)
}

async function putOnce(client: KinesisClient, number: number, onAnswer: (ms: number) => void) {
  const calledAt = performance.now()
  const Data = Buffer.alloc(1024, number)
  Data.writeDoubleBE(calledAt)
  const Records = Array.from({ length: PUT_RECORDS }, (_, index) => {
    return { Data, PartitionKey: `${number}-${index}` }
  })
  await client.send(new PutRecordsCommand({ StreamName: STREAM, Records }))
  onAnswer(performance.now() - calledAt)
}
