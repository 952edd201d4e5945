import { createChildAbort } from '../../base/child-abort.ts'
import type { Scope } from '../../base/scope.ts'
import type { LogEngine } from '../../engines/log/port.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { StreamReader } from '../kinesis/stream-reader.ts'
import type { Checkpoint, Checkpoints, PendingBatch } from './checkpoints.ts'
import { createCheckpoints } from './checkpoints.ts'
import type { DeliveryDeps } from './delivery.ts'
import { deliverBatch, describeFailure, logFailure } from './delivery.ts'
import type { DeliveryStream, DeliveryStreams } from './delivery-streams.ts'
import type { RecordSource, SourceRecord } from './record-source.ts'
import { openSource } from './record-source.ts'

export interface DeliveriesDeps extends DeliveryDeps {
  readonly deliveryStreams: DeliveryStreams
  readonly meta: MetaStore
  readonly log: LogEngine
  readonly streams: StreamReader
  readonly background: Background
}

/** How often the set of streams is looked at without being woken (another node may change it). */
const LOOK_MS = 5_000
/** How long a round waits for a first record before it looks at the definition again. */
const IDLE_WAIT_MS = 5_000
const READ_BYTES = 4 * 1024 * 1024

/** One loop for each delivery stream; resolves when the signal has aborted and all have stopped. */
export async function runDeliveries(deps: DeliveriesDeps, signal: AbortSignal): Promise<void> {
  const running = new Map<string, Promise<void>>()
  while (!signal.aborted) {
    const look = createChildAbort(signal)
    const changed = deps.deliveryStreams.waitForChange(look.signal)
    for await (const { scope, value } of deps.deliveryStreams.everywhere()) {
      if (running.has(value.id)) continue
      const loop = deps.background
        .run(deliveryWork(deps, scope, value), signal)
        .finally(() => running.delete(value.id))
      running.set(value.id, loop)
    }
    await Promise.race([changed, deps.clock.sleep(LOOK_MS, look.signal)])
    look.end()
  }
  await Promise.all(running.values())
}

function deliveryWork(deps: DeliveriesDeps, scope: Scope, { name, id }: DeliveryStream) {
  const checkpoints = createCheckpoints(deps.meta)
  return {
    name: `firehose/delivery/${scope.accountId}/${scope.region}/${id}`,
    async round(signal: AbortSignal) {
      try {
        return await deliverOnce(deps, checkpoints, scope, { name, id }, signal)
      } catch (error) {
        // A stream that was removed meanwhile took its log with it.
        if (await current(deps, scope, { name, id })) throw error
        return 'done'
      }
    },
    async onFailure(error: unknown) {
      const stream = await current(deps, scope, { name, id })
      if (stream) await logFailure(deps, { scope, stream }, describeFailure(error))
    },
  }
}

/**
 * One batch: the one that a crash left pending, or the next. The order makes it safe at any point:
 * write down what will be delivered, deliver it durably, move the positions.
 */
async function deliverOnce(
  deps: DeliveriesDeps,
  checkpoints: Checkpoints,
  scope: Scope,
  identity: Pick<DeliveryStream, 'name' | 'id'>,
  signal: AbortSignal,
): Promise<number | 'done'> {
  const stream = await current(deps, scope, identity)
  const checkpoint = await checkpoints.get(scope, identity.id)
  if (!stream || !checkpoint) return 'done'
  const source = openSource(deps, stream)
  if (checkpoint.pending) {
    const { pending } = checkpoint
    const records = await readRanges(source, pending)
    await deliverBatch(deps, { scope, stream, batch: pending, signal }, records)
    await checkpoints.put(scope, stream.id, advance(checkpoint, pending))
    return 0
  }
  const records = await collect(deps, source, stream, checkpoint, signal)
  if (records.length === 0) return 0
  const pending = pendingOf(stream, records)
  await checkpoints.put(scope, stream.id, { ...checkpoint, pending })
  await deliverBatch(deps, { scope, stream, batch: pending, signal }, records)
  await checkpoints.put(scope, stream.id, advance(checkpoint, pending))
  return 0
}

async function current(
  { deliveryStreams }: DeliveriesDeps,
  scope: Scope,
  { name, id }: Pick<DeliveryStream, 'name' | 'id'>,
): Promise<DeliveryStream | undefined> {
  const stream = await deliveryStreams.find(scope, name)
  return stream?.id === id ? stream : undefined
}

/**
 * Records until the buffer is full or its interval is over, whichever comes first, counted from
 * the first record. Answers none when nothing came for a while, so that a removed stream is seen.
 */
async function collect(
  { clock }: DeliveriesDeps,
  source: RecordSource,
  { destination }: DeliveryStream,
  checkpoint: Checkpoint,
  signal: AbortSignal,
): Promise<ReadonlyArray<SourceRecord>> {
  const records: SourceRecord[] = []
  const positions = new Map(Object.entries(checkpoint.positions))
  let sizeBytes = 0
  let endMs = clock.monotonicMs() + IDLE_WAIT_MS
  for (;;) {
    const shardIds = await source.shardIds()
    let read = 0
    for (const shardId of shardIds) {
      const room = destination.bufferBytes - sizeBytes
      if (room <= 0) return records
      const offset = positions.get(shardId) ?? (await source.startOffset(shardId))
      const batch = await source.read(shardId, offset, Math.min(room, READ_BYTES))
      if (batch.records.length > 0 && records.length === 0) {
        endMs = clock.monotonicMs() + destination.bufferMs
      }
      for (const record of batch.records) {
        records.push(record)
        sizeBytes += record.data.length
      }
      read += batch.records.length
      positions.set(shardId, batch.nextOffset)
    }
    const leftMs = endMs - clock.monotonicMs()
    if (signal.aborted || leftMs <= 0) return signal.aborted ? [] : records
    if (read === 0) await waitForAny(clock, source, shardIds, positions, leftMs, signal)
  }
}

async function waitForAny(
  clock: DeliveriesDeps['clock'],
  source: RecordSource,
  shardIds: ReadonlyArray<string>,
  positions: ReadonlyMap<string, number>,
  waitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const enough = createChildAbort(signal)
  const waits = shardIds.map((id) => source.waitFor(id, positions.get(id) ?? 0, enough.signal))
  try {
    await Promise.race([...waits, clock.sleep(waitMs, enough.signal)])
  } finally {
    enough.end()
  }
  await Promise.all(waits)
}

async function readRanges(source: RecordSource, pending: PendingBatch): Promise<SourceRecord[]> {
  const records: SourceRecord[] = []
  for (const [shardId, { from, to }] of Object.entries(pending.ranges)) {
    let offset = from
    while (offset < to) {
      const batch = await source.read(shardId, offset, READ_BYTES)
      records.push(...batch.records.filter((record) => record.offset < to))
      // Retention may have taken records meanwhile: what is gone cannot be delivered any more.
      if (batch.nextOffset <= offset) break
      offset = batch.nextOffset
    }
  }
  return records
}

function pendingOf(stream: DeliveryStream, records: ReadonlyArray<SourceRecord>): PendingBatch {
  const ranges: Record<string, { from: number; to: number }> = {}
  let firstArrivalMs = Number.POSITIVE_INFINITY
  for (const { shardId, offset, arrivalMs } of records) {
    const range = ranges[shardId]
    if (range) range.to = offset + 1
    else ranges[shardId] = { from: offset, to: offset + 1 }
    firstArrivalMs = Math.min(firstArrivalMs, arrivalMs)
  }
  const nameSeed = `${stream.id}/${JSON.stringify(Object.entries(ranges).sort())}`
  return { ranges, nameSeed, firstArrivalMs, versionId: stream.versionId }
}

function advance(checkpoint: Checkpoint, pending: PendingBatch): Checkpoint {
  const moved = Object.entries(pending.ranges).map(([shardId, { to }]) => [shardId, to])
  return { positions: { ...checkpoint.positions, ...Object.fromEntries(moved) } }
}
