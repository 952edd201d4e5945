import { EngineError } from '../../../base/errors.ts'
import type { PartitionId, PartitionSettings } from '../port.ts'
import type { Partition } from './partition.ts'
import { createPartition, wake } from './partition.ts'
import { forgetAborted } from './producers.ts'
import type { Snapshot } from './snapshot.ts'
import { restoreProducers } from './snapshot.ts'
import type { TailCache } from './tail-cache.ts'

/** All partitions of the log, by number and by id. */
export interface Partitions {
  readonly byNumber: ReadonlyMap<number, Partition>
  find(id: PartitionId): Partition | undefined
  /** Throws `not-found`. */
  get(id: PartitionId): Partition
  nextNumber(): number
  /** Makes the partition, or changes the settings of the one that is there. */
  apply(number: number, id: PartitionId, settings: PartitionSettings): void
  remove(partition: Partition): void
  /** What lies before `offset` is no longer there. */
  trim(partition: Partition, offset: number): void
}

export function createPartitions(snapshot: Snapshot, tail: TailCache): Partitions {
  const byNumber = new Map<number, Partition>()
  const byId = new Map<string, Partition>()
  let { nextNumber } = snapshot

  function add(partition: Partition): Partition {
    byNumber.set(partition.number, partition)
    byId.set(keyOf(partition.id), partition)
    nextNumber = Math.max(nextNumber, partition.number + 1)
    return partition
  }

  for (const stored of snapshot.partitions) {
    const partition = add(createPartition(stored.number, stored.id, stored.settings))
    partition.startOffset = stored.startOffset
    partition.writtenOffset = stored.endOffset
    partition.endOffset = stored.endOffset
    if (stored.producers) restoreProducers(partition, stored.producers)
    partition.cleanedOffset = stored.cleanedOffset ?? 0
    for (const [
      baseOffset,
      sizeBytes,
      maxTimestampMs,
      createdMs,
      revision = 0,
    ] of stored.segments) {
      const segment = { baseOffset, sizeBytes, maxTimestampMs, createdMs, revision }
      partition.segments.push({ ...segment, index: undefined })
    }
  }

  return {
    byNumber,
    find: (id) => byId.get(keyOf(id)),
    get(id) {
      const partition = byId.get(keyOf(id))
      if (!partition) throw notFound(id)
      return partition
    },
    nextNumber: () => nextNumber,
    apply(number, id, settings) {
      const partition = byNumber.get(number) ?? add(createPartition(number, id, settings))
      partition.settings = settings
      wake(partition)
    },
    remove(partition) {
      partition.removed = true
      byNumber.delete(partition.number)
      byId.delete(keyOf(partition.id))
      tail.forget(partition)
      for (const waiter of partition.waiters) waiter.reject(notFound(partition.id))
    },
    trim: advanceStart,
  }
}

/** Moves the start of the partition on, never back. */
export function advanceStart(partition: Partition, offset: number): void {
  if (offset <= partition.startOffset) return
  partition.startOffset = offset
  if (partition.producers) forgetAborted(partition.producers, offset)
}

export function notFound(id: PartitionId): EngineError {
  return new EngineError('not-found', `there is no partition ${id.partition} of ${id.topic}`)
}

function keyOf(id: PartitionId): string {
  return `${id.partition}/${id.topic}`
}
