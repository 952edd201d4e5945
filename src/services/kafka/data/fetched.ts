import type { PartitionId } from '../../../engines/log/port.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import type { FetchedPartition } from './fetch-sessions.ts'

/** How one partition of a Fetch request stands, while it is being answered. */
export interface Fetched {
  readonly partition: FetchedPartition
  /** Undefined where there is nothing to read, or to wait for. */
  readonly id: PartitionId | undefined
  /** Whether more records may come. */
  readonly isOpen: boolean
  error: KafkaErrorName
  batches: ReadonlyArray<Buffer>
  bytes: number
  endOffset: number
  stableOffset: number
  startOffset: number
  aborted: ReadonlyArray<{ readonly producerId: number; readonly firstOffset: number }>
  /** The reader has got further in the epoch than it ever went: where the epoch ends. */
  divergesAt: number | undefined
}

const NOTHING: ReadonlyArray<never> = []
const UNKNOWN = -1

export function fetchedOf(
  partition: FetchedPartition,
  id: PartitionId | undefined,
  isOpen: boolean,
): Fetched {
  return {
    partition,
    id,
    isOpen,
    error: 'NONE',
    batches: NOTHING,
    bytes: 0,
    endOffset: UNKNOWN,
    stableOffset: UNKNOWN,
    startOffset: UNKNOWN,
    aborted: NOTHING,
    divergesAt: undefined,
  }
}

export function refused(partition: FetchedPartition, error: KafkaErrorName): Fetched {
  return { ...fetchedOf(partition, undefined, false), error }
}

/** A shard whose records have all expired: whoever reads it has read it to its end. */
export function expired(partition: FetchedPartition): Fetched {
  const { offset } = partition
  const ends = { endOffset: offset, stableOffset: offset, startOffset: offset }
  return { ...fetchedOf(partition, undefined, false), ...ends }
}

/** Takes back what was read. */
export function empty(fetched: Fetched): void {
  fetched.batches = NOTHING
  fetched.aborted = NOTHING
  fetched.bytes = 0
}

/** Says instead of an answer what is wrong. */
export function fail(fetched: Fetched, error: KafkaErrorName): void {
  empty(fetched)
  fetched.error = error
  fetched.endOffset = UNKNOWN
  fetched.stableOffset = UNKNOWN
  fetched.startOffset = UNKNOWN
}
