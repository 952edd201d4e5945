import { createHash } from 'node:crypto'
import { createChildAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ShardBatch, StreamReader, StreamRecord } from '../../kinesis/stream-reader.ts'
import { limits } from '../limits.ts'
import type { BatchDelivery } from './batch-delivery.ts'
import type { Checkpoint, Mapping, Mappings } from './mappings.ts'

/** The reading of one shard for one mapping: collects batches, delivers them, keeps the place. */
export interface ShardLoopDeps {
  readonly reader: StreamReader
  readonly mappings: Mappings
  readonly delivery: BatchDelivery
  readonly isWanted: (record: StreamRecord) => boolean
  readonly clock: Clock
}

interface Place {
  readonly scope: Scope
  readonly mapping: Mapping
  readonly shardId: string
}

interface Collected {
  readonly records: ReadonlyArray<StreamRecord>
  readonly nextOffset: number
}

/**
 * Runs until the shard is closed and all of it dealt with (`finished`), or the signal aborts. The
 * checkpoint moves only behind records that were dealt with, so a crash repeats and never skips.
 */
export async function runShardLoop(
  deps: ShardLoopDeps,
  place: Place,
  start: Checkpoint,
  signal: AbortSignal,
): Promise<'finished' | 'stopped'> {
  const { mappings, isWanted } = deps
  const { scope, mapping, shardId } = place
  const save = (offset: number, finished = false) =>
    mappings.saveCheckpoint(scope, mapping.id, shardId, { offset, finished })
  let offset = start.offset
  while (!signal.aborted) {
    const collected = await collect(deps, place, offset, signal)
    if (collected === 'stopped') break
    if (collected === 'finished') {
      await save(offset, true)
      return 'finished'
    }
    const records = collected.records.filter(isWanted)
    const done = await deliverLanes(deps, place, records, save, signal)
    if (!done) break
    offset = collected.nextOffset
    await save(offset)
  }
  return 'stopped'
}

async function collect(
  deps: ShardLoopDeps,
  place: Place,
  offset: number,
  signal: AbortSignal,
): Promise<Collected | 'finished' | 'stopped'> {
  const { reader, clock } = deps
  const { mapping, shardId } = place
  const recordsMax = mapping.batchSize * mapping.parallelization
  for (;;) {
    const batch = await readFrom(deps, place, { offset, recordsMax, sizeBytes: 0 })
    if (batch.records.length > 0) {
      return fill(deps, place, batch, { recordsMax, untilMs: windowEndMs(mapping, clock) }, signal)
    }
    if (batch.closed && batch.nextOffset >= batch.endOffset) return 'finished'
    // Nothing of it is left to read, as when old records have expired.
    if (batch.nextOffset !== offset) return { records: [], nextOffset: batch.nextOffset }
    await reader.waitFor(mapping.sourceArn, shardId, offset, signal)
    if (signal.aborted) return 'stopped'
  }
}

function windowEndMs({ windowSeconds }: Mapping, clock: Clock): number {
  return clock.monotonicMs() + windowSeconds * 1000
}

/** Waits for more records until the batch is full or its window has passed. */
async function fill(
  deps: ShardLoopDeps,
  place: Place,
  first: ShardBatch,
  target: { readonly recordsMax: number; readonly untilMs: number },
  signal: AbortSignal,
): Promise<Collected | 'stopped'> {
  const { reader, clock } = deps
  const records = [...first.records]
  let { nextOffset, closed } = first
  let sizeBytes = sizeOf(records)
  for (;;) {
    const restMs = target.untilMs - clock.monotonicMs()
    const isFull = records.length >= target.recordsMax || sizeBytes >= limits.batchRecordBytesMax
    if (isFull || restMs <= 0 || closed) return { records, nextOffset }
    const waiting = createChildAbort(signal)
    await Promise.race([
      reader.waitFor(place.mapping.sourceArn, place.shardId, nextOffset, waiting.signal),
      clock.sleep(restMs, waiting.signal),
    ])
    waiting.end()
    if (signal.aborted) return 'stopped'
    const recordsMax = target.recordsMax - records.length
    const more = await readFrom(deps, place, { offset: nextOffset, recordsMax, sizeBytes })
    records.push(...more.records)
    nextOffset = more.nextOffset
    closed = more.closed
    sizeBytes += sizeOf(more.records)
  }
}

async function readFrom(
  { reader }: ShardLoopDeps,
  { mapping, shardId }: Place,
  from: { readonly offset: number; readonly recordsMax: number; readonly sizeBytes: number },
): Promise<ShardBatch> {
  const { sourceArn } = mapping
  const bytesMax = Math.max(limits.batchRecordBytesMax - from.sizeBytes, 1)
  const request = { recordsMax: from.recordsMax, bytesMax }
  const restart = async () => {
    const offset = await reader.startOffset(sourceArn, shardId, { at: 'TRIM_HORIZON' })
    return reader.read(sourceArn, shardId, { ...request, offset })
  }
  try {
    const batch = await reader.read(sourceArn, shardId, { ...request, offset: from.offset })
    // The stream was deleted and made anew: what it holds now was never seen.
    return batch.endOffset < from.offset ? await restart() : batch
  } catch (error) {
    // The records at the checkpoint have expired: what is left begins later.
    if (error instanceof EngineError && error.kind === 'invalid') return restart()
    throw error
  }
}

/**
 * Records of one partition key stay in order: each lane has the keys of one hash. With one lane the
 * place is kept from batch to batch; with several, when all of them are through.
 */
async function deliverLanes(
  { delivery }: ShardLoopDeps,
  { mapping }: Place,
  records: ReadonlyArray<StreamRecord>,
  save: (offset: number) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  if (mapping.parallelization === 1) {
    return delivery.deliver(records, (behind) => save(behind.offset), signal)
  }
  const lanes: StreamRecord[][] = Array.from({ length: mapping.parallelization }, () => [])
  for (const record of records) {
    lanes[laneOf(record.partitionKey, mapping.parallelization)]?.push(record)
  }
  const outcomes = await Promise.all(
    lanes.map(async (lane) => {
      for (let at = 0; at < lane.length; at += mapping.batchSize) {
        const batch = lane.slice(at, at + mapping.batchSize)
        if (!(await delivery.deliver(batch, async () => undefined, signal))) return false
      }
      return true
    }),
  )
  return outcomes.every(Boolean)
}

function laneOf(partitionKey: string, lanes: number): number {
  return createHash('md5').update(partitionKey).digest().readUInt32BE() % lanes
}

function sizeOf(records: ReadonlyArray<StreamRecord>): number {
  return records.reduce((sum, record) => sum + record.data.byteLength, 0)
}
