import { EngineError } from '../../base/errors.ts'
import type { LogEngine } from '../../engines/log/port.ts'
import type { StreamReader } from '../kinesis/stream-reader.ts'
import type { DeliveryStream } from './delivery-streams.ts'
import { directPartition } from './delivery-streams.ts'

/** A record on its way, wherever it came from. */
export interface SourceRecord {
  readonly data: Uint8Array
  readonly arrivalMs: number
  readonly shardId: string
  readonly offset: number
  /** Absent for direct puts. */
  readonly kinesis?: KinesisPlace
}

export interface KinesisPlace {
  readonly sequenceNumber: string
  /** The place in its aggregate; 0 for a record that stood by itself. */
  readonly subSequenceNumber: number
  readonly partitionKey: string
}

export interface SourceBatch {
  readonly records: ReadonlyArray<SourceRecord>
  readonly nextOffset: number
}

/** The one face of both kinds of source: a set of shards that are read by offset. */
export interface RecordSource {
  shardIds(): Promise<ReadonlyArray<string>>
  /** Offset of the oldest record that is still there. */
  startOffset(shardId: string): Promise<number>
  /** An offset whose records retention has taken is read as the oldest one. */
  read(shardId: string, offset: number, bytesMax: number): Promise<SourceBatch>
  waitFor(shardId: string, offset: number, signal: AbortSignal): Promise<void>
}

const RECORDS_A_READ = 10_000

export function openSource(
  deps: { readonly streams: StreamReader; readonly log: LogEngine },
  stream: DeliveryStream,
): RecordSource {
  const source =
    stream.source.kind === 'kinesis'
      ? kinesisSource(deps.streams, stream.source.streamArn)
      : directSource(deps.log, stream)
  return {
    ...source,
    async read(shardId, offset, bytesMax) {
      try {
        return await source.read(shardId, offset, bytesMax)
      } catch (error) {
        if (!(error instanceof EngineError && error.kind === 'invalid')) throw error
        return source.read(shardId, await source.startOffset(shardId), bytesMax)
      }
    },
  }
}

function kinesisSource(streams: StreamReader, streamArn: string): RecordSource {
  return {
    shardIds: async () => (await streams.shardsOf(streamArn)).map(({ shardId }) => shardId),
    startOffset: (shardId) => streams.startOffset(streamArn, shardId, { at: 'TRIM_HORIZON' }),
    async read(shardId, offset, bytesMax) {
      const request = { offset, recordsMax: RECORDS_A_READ, bytesMax, deaggregates: true }
      const batch = await streams.read(streamArn, shardId, request)
      const records = batch.records.map((record) => ({
        data: record.data,
        arrivalMs: record.arrivalMs,
        shardId,
        offset: record.offset,
        kinesis: {
          sequenceNumber: record.sequenceNumber,
          subSequenceNumber: record.subSequenceNumber ?? 0,
          partitionKey: record.partitionKey,
        },
      }))
      return { records, nextOffset: batch.nextOffset }
    },
    waitFor: (shardId, offset, signal) => streams.waitFor(streamArn, shardId, offset, signal),
  }
}

const DIRECT_SHARD = 'direct'

function directSource(log: LogEngine, stream: DeliveryStream): RecordSource {
  const partition = directPartition(stream)
  return {
    shardIds: async () => [DIRECT_SHARD],
    startOffset: async () => (await log.bounds(partition)).startOffset,
    async read(shardId, offset, bytesMax) {
      const request = { offset, recordsMax: RECORDS_A_READ, bytesMax }
      const batch = await log.read(partition, request)
      const records = batch.records.map((record) => ({
        data: record.value ?? new Uint8Array(),
        arrivalMs: record.timestampMs,
        shardId,
        offset: record.offset,
      }))
      return { records, nextOffset: batch.nextOffset }
    },
    waitFor: (_shardId, offset, signal) => log.waitFor(partition, offset, signal),
  }
}
