import { EngineError } from '../../../base/errors.ts'
import type { KafkaPartition } from '../../kafka-client/kafka-cluster.ts'
import type { PartitionId } from '../port.ts'
import type { PartitionState } from './partition-states.ts'

/** What this node knows of a partition. */
export interface Partition {
  readonly id: PartitionId
  readonly kafka: KafkaPartition
  state: PartitionState
  version: number
  /**
   * All records before are visible, and no mark of an end is among them. What lies behind may be there
   * and is visible when this was moved on beyond it.
   */
  clearTo: number
  /** Where the partition ends for good. */
  closedAt: number | undefined
  /** Of the records; grows by retention. */
  startOffset: number
  /** This node is about to close it: nothing more is appended. */
  isClosing: boolean
  isRemoved: boolean
  readonly waiters: Set<Waiter>
}

export interface Waiter {
  readonly offset: number
  resolve(): void
  reject(error: unknown): void
}

export function createPartition(
  id: PartitionId,
  kafka: KafkaPartition,
  { state, version }: { readonly state: PartitionState; readonly version: number },
): Partition {
  return {
    id,
    kafka,
    state,
    version,
    clearTo: state.endOffset ?? state.baseOffset,
    closedAt: state.endOffset,
    startOffset: state.baseOffset,
    isClosing: false,
    isRemoved: false,
    waiters: new Set(),
  }
}

/** All before `offset` is visible from now on. */
export function clear(partition: Partition, offset: number): void {
  const { closedAt = offset } = partition
  partition.clearTo = Math.max(partition.clearTo, Math.min(offset, closedAt))
  for (const waiter of partition.waiters) {
    if (waiter.offset < partition.clearTo || partition.closedAt !== undefined) waiter.resolve()
  }
}

export function closeAt(partition: Partition, offset: number): void {
  partition.closedAt = offset
  clear(partition, offset)
}

export function refuseRemoved(partition: Partition): void {
  if (partition.isRemoved) throw notFound(partition.id)
}

export function notFound(id: PartitionId): EngineError {
  return new EngineError('not-found', `there is no partition ${id.partition} of ${id.topic}`)
}

export function closedPartition(id: PartitionId): EngineError {
  return new EngineError('conflict', `partition ${id.partition} of ${id.topic} is closed`)
}
