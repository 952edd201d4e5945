import { EngineError } from '../../../base/errors.ts'
import type { KafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import { isOutOfRange } from '../../kafka-client/kafka-fault.ts'
import {
  deleteRecordsBefore,
  EARLIEST,
  fetchOne,
  findOffset,
  LATEST,
  partitionSize,
} from '../../kafka-client/partition-requests.ts'
import type { LogEngine, PartitionBounds, ReadBatch, ReadRequest } from '../port.ts'
import type { Chunk } from './chunk.ts'
import { readChunk, recordsOf } from './chunk.ts'
import type { ChunkCache } from './chunk-cache.ts'
import type { Fence } from './fence.ts'
import type { Partition } from './partition.ts'
import type { Registry } from './registry.ts'

/** Least and most that is fetched at once; a larger batch comes whole all the same. */
const FETCH_BYTES_MIN = 256 << 10
const FETCH_BYTES_MAX = 16 << 20

export interface ReadsDeps {
  readonly cluster: KafkaCluster
  readonly fence: Fence
  readonly cache: ChunkCache
  readonly registry: Registry
}

/** The reading half of the log; `boundsOf` is for those who have the partition already. */
export function createReads(deps: ReadsDeps) {
  const { cluster, fence, registry } = deps

  async function boundsOf(partition: Partition): Promise<PartitionBounds> {
    const watched = fence.watched(partition)
    const [earliest, latest, sizeBytes] = await Promise.all([
      findOffset(cluster, partition.kafka, EARLIEST, watched),
      findOffset(cluster, partition.kafka, LATEST, watched),
      partitionSize(cluster, partition.kafka, watched),
    ])
    await fence.prove(partition, latest)
    const endOffset = partition.closedAt ?? partition.clearTo
    partition.startOffset = Math.max(partition.startOffset, Math.min(earliest, endOffset))
    const { startOffset } = partition
    // Brokers clear away what was trimmed when they look for it next.
    return { startOffset, endOffset, sizeBytes: startOffset < endOffset ? sizeBytes : 0 }
  }

  const methods: Pick<LogEngine, 'read' | 'bounds' | 'offsetAt' | 'trim'> = {
    async read(id, request) {
      return read(deps, await registry.find(id), request)
    },
    async bounds(id) {
      return boundsOf(await registry.find(id))
    },
    async offsetAt(id, timestampMs) {
      const partition = await registry.find(id)
      const atMs = Math.max(0, timestampMs)
      const found = await findOffset(cluster, partition.kafka, atMs, fence.watched(partition))
      if (found < 0) return (await boundsOf(partition)).endOffset
      await fence.prove(partition, found + 1)
      const { startOffset, closedAt = found } = partition
      return Math.max(startOffset, Math.min(found, closedAt))
    },
    async trim(id, offset) {
      const partition = await registry.find(id)
      const { startOffset, endOffset } = await boundsOf(partition)
      if (offset > endOffset) throw outside(offset, startOffset, endOffset)
      if (offset <= startOffset) return
      const watched = fence.watched(partition)
      await deleteRecordsBefore(cluster, partition.kafka, offset, watched)
      partition.startOffset = Math.max(partition.startOffset, offset)
    },
  }
  return { methods, boundsOf }
}

export type Reads = ReturnType<typeof createReads>

async function read(
  deps: ReadsDeps,
  partition: Partition,
  { offset, recordsMax, bytesMax }: ReadRequest,
): Promise<ReadBatch> {
  const { fence, cache } = deps
  refuseOutside(partition, offset)
  if (offset === partition.closedAt) return { records: [], nextOffset: offset, endOffset: offset }
  let chunk = cache.find(partition, offset)
  let highWatermark = 0
  if (!chunk) {
    const fetched = await fetchChunk(deps, partition, offset, bytesMax)
    chunk = fetched.chunk
    highWatermark = fetched.highWatermark
    await fence.absorb(partition, chunk)
    refuseOutside(partition, offset)
  }
  const limits = { endOffset: Math.min(chunk.endOffset, partition.clearTo), recordsMax, bytesMax }
  const { records, nextOffset } = recordsOf(chunk, offset, limits)
  // Whoever reads what is old is told that there is more, without a look at all of it.
  if (nextOffset < highWatermark && partition.clearTo <= nextOffset) {
    await fence.prove(partition, highWatermark)
  }
  return { records, nextOffset, endOffset: Math.max(nextOffset, partition.clearTo) }
}

async function fetchChunk(
  { cluster, fence }: ReadsDeps,
  partition: Partition,
  offset: number,
  bytesMax: number,
): Promise<{ readonly chunk: Chunk; readonly highWatermark: number }> {
  const wanted = Math.min(FETCH_BYTES_MAX, Math.max(FETCH_BYTES_MIN, bytesMax))
  const wish = { ...partition.kafka, offset, bytesMax: wanted }
  try {
    const answer = await fetchOne(cluster, wish, fence.watched(partition))
    partition.startOffset = Math.max(
      partition.startOffset,
      Math.min(answer.logStartOffset, partition.closedAt ?? answer.logStartOffset),
    )
    return { chunk: readChunk(answer.records, offset), highWatermark: answer.highWatermark }
  } catch (error) {
    if (!isOutOfRange(error)) throw error
    throw outside(offset, partition.startOffset, partition.clearTo)
  }
}

function refuseOutside(partition: Partition, offset: number): void {
  const { startOffset, closedAt = Number.POSITIVE_INFINITY } = partition
  if (offset < startOffset || offset > closedAt) throw outside(offset, startOffset, closedAt)
}

function outside(offset: number, startOffset: number, endOffset: number): EngineError {
  return new EngineError('invalid', `offset ${offset} is not from ${startOffset} to ${endOffset}`)
}
