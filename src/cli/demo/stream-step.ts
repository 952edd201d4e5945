import type { PutRecordsRequestEntry } from '@aws-sdk/client-kinesis'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { formatCount } from './display.ts'
import type { Journal } from './journal.ts'
import { names } from './names.ts'
import type { PaymentEvent } from './payment-event.ts'
import type { Pipeline } from './pipeline.ts'
import { ensure, waitUntil } from './pipeline.ts'

/** Payments a second at the busiest hour: the stream is sized for it. */
const PEAK_RECORDS_A_SECOND = 4000
const SHARD_RECORDS_A_SECOND = 1000
const SHARD_BYTES_A_SECOND = 1_000_000
const BATCH_RECORDS = 500
const PRODUCERS = 2

/** Both streams, with as many shards as the peak needs. */
export async function createStreams(
  pipeline: Pipeline,
  sample: ReadonlyArray<PaymentEvent>,
): Promise<void> {
  const sizes = sample.slice(0, 1000).map((event) => encode(event).length)
  const sizeBytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length)
  const byRecords = Math.ceil(PEAK_RECORDS_A_SECOND / SHARD_RECORDS_A_SECOND)
  const bytes = PEAK_RECORDS_A_SECOND * sizeBytes
  const byBytes = Math.ceil(bytes / SHARD_BYTES_A_SECOND)
  const shardCount = Math.max(byRecords, byBytes)
  pipeline.display.say(
    `a peak of ${formatCount(PEAK_RECORDS_A_SECOND)} payments/s of ${sizeBytes} bytes is ${(bytes / 1e6).toFixed(2)} MB/s; a shard takes 1,000 records/s and 1 MB/s:`,
  )
  pipeline.display.say(`max(${byRecords} by records, ${byBytes} by bytes) = ${shardCount} shards`)
  await createStream(pipeline, names.stream, shardCount)
  await createStream(pipeline, names.alerts, 1)
}

async function createStream(pipeline: Pipeline, name: string, shards: number): Promise<void> {
  const { kinesis } = pipeline.clients
  await ensure(
    () => kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards })),
    'ResourceInUseException',
  )
  await waitUntil(pipeline, `stream ${name}`, async () => {
    const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: name }))
    return summary.StreamDescriptionSummary?.StreamStatus === 'ACTIVE' || undefined
  })
}

export interface Produced {
  readonly acknowledged: number
  readonly retried: number
}

/**
 * Puts the events `from` … `to` in batches, the failed records of each again until all are
 * acknowledged, and notes the progress in the journal.
 */
export async function produce(
  pipeline: Pipeline,
  events: ReadonlyArray<PaymentEvent>,
  journal: Journal,
  to: number,
): Promise<Produced> {
  const from = Math.min(journal.state.acknowledged, to)
  let retried = 0
  for (let at = from; at < to; at += BATCH_RECORDS * PRODUCERS) {
    const end = Math.min(at + BATCH_RECORDS * PRODUCERS, to)
    const batches: PaymentEvent[][] = []
    for (let start = at; start < end; start += BATCH_RECORDS) {
      batches.push(events.slice(start, Math.min(start + BATCH_RECORDS, end)))
    }
    const retries = await Promise.all(batches.map((batch) => putBatch(pipeline, batch)))
    retried += retries.reduce((sum, count) => sum + count, 0)
    await journal.update({ acknowledged: end })
    pipeline.display.progress(
      `${formatCount(end)} of ${formatCount(to)} acknowledged, ${formatCount(retried)} retried after throttling`,
    )
  }
  return { acknowledged: to - from, retried }
}

/** Answers how many records had to be sent again. */
async function putBatch(pipeline: Pipeline, batch: ReadonlyArray<PaymentEvent>): Promise<number> {
  let left: PutRecordsRequestEntry[] = batch.map((event) => ({
    PartitionKey: String(event.customer_id),
    Data: encode(event),
  }))
  let retried = 0
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt > 0) {
      retried += left.length
      await pipeline.context.clock.sleep(Math.min(50 * 2 ** attempt, 1000))
    }
    const answer = await pipeline.clients.kinesis.send(
      new PutRecordsCommand({ StreamName: names.stream, Records: left }),
    )
    left = left.filter((_entry, index) => answer.Records?.[index]?.ErrorCode !== undefined)
  }
  return retried
}

function encode(event: PaymentEvent): Uint8Array {
  return Buffer.from(JSON.stringify(event))
}
