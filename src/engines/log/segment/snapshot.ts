import { join } from 'node:path'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import { crc32c } from '../../checksum/crc32c.ts'
import type { PartitionId, PartitionSettings } from '../port.ts'
import type { Partition } from './partition.ts'
import type { AbortedTransaction, Producer, Producers, SequenceRange } from './producers.ts'
import { createProducers } from './producers.ts'
import type { WalMark } from './wal.ts'

/** What a checkpoint says: all that lies before the mark is in synced segments as listed here. */
export interface Snapshot {
  readonly mark: WalMark
  /** Number of the next partition that is made. */
  readonly nextNumber: number
  readonly partitions: ReadonlyArray<SnapshotPartition>
}

export interface SnapshotPartition {
  readonly number: number
  readonly id: PartitionId
  readonly settings: PartitionSettings
  readonly startOffset: number
  readonly endOffset: number
  readonly segments: ReadonlyArray<SnapshotSegment>
  readonly producers?: SnapshotProducers
  readonly cleanedOffset?: number
}

/**
 * The producers as they were at `offset`. It may lie behind the end of the segments: what is between
 * them comes from the write-ahead log, and is not counted a second time.
 */
export interface SnapshotProducers {
  readonly offset: number
  readonly list: ReadonlyArray<SnapshotProducer>
  readonly aborted: ReadonlyArray<AbortedTransaction>
}

/** Id, epoch, epoch of the coordinator, lastTimestampMs, seenMs, transactionOffset, batches. */
type SnapshotProducer = readonly [
  number,
  number,
  number,
  number,
  number,
  number | null,
  ReadonlyArray<SequenceRange>,
]

/** baseOffset, sizeBytes, maxTimestampMs, createdMs, revision (0 when it is not there). */
export type SnapshotSegment = readonly [number, number, number, number, number?]

export function snapshotProducers(producers: Producers, offset: number): SnapshotProducers {
  const list = Array.from(producers.byId.values(), (one): SnapshotProducer => {
    const { producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, seenMs, batches } = one
    const transactionOffset = one.transactionOffset ?? null
    return [
      producerId,
      producerEpoch,
      coordinatorEpoch,
      lastTimestampMs,
      seenMs,
      transactionOffset,
      batches,
    ]
  })
  // A copy: markers that come while the snapshot is being written lie behind its offset.
  return { offset, list, aborted: [...producers.aborted] }
}

export function restoreProducers(partition: Partition, stored: SnapshotProducers): void {
  const producers = createProducers()
  for (const one of stored.list) {
    const [producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, seenMs] = one
    const [, , , , , transactionOffset, batches] = one
    const known = { producerId, producerEpoch, coordinatorEpoch, lastTimestampMs, seenMs, batches }
    const producer: Producer = transactionOffset === null ? known : { ...known, transactionOffset }
    producers.byId.set(producerId, producer)
  }
  const open = [...producers.byId.values()].flatMap(({ producerId, transactionOffset }) =>
    transactionOffset === undefined ? [] : [{ producerId, transactionOffset }],
  )
  open.sort((a, b) => a.transactionOffset - b.transactionOffset)
  for (const one of open) producers.open.set(one.producerId, one.transactionOffset)
  // The write-ahead log brings those from there on.
  producers.aborted = stored.aborted.filter(([, , lastOffset]) => lastOffset < stored.offset)
  partition.producers = producers
  partition.producersOffset = stored.offset
}

const NAME = 'snapshot'
const NEXT_NAME = 'snapshot.next'
const FORMAT = 'headrace-log-1'

const emptySnapshot: Snapshot = {
  mark: { generation: 1, sequence: 0 },
  nextNumber: 1,
  partitions: [],
}

/** Replaces the snapshot of the directory; durable when resolved, else the one before stands. */
export async function writeSnapshot(
  disk: Disk,
  directory: string,
  snapshot: Snapshot,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(snapshot))
  const head = Buffer.from(`${FORMAT} ${crc32c(body).toString(16)}\n`)
  const path = join(directory, NEXT_NAME)
  const file = await disk.open(path, { create: true })
  try {
    await file.truncate(0)
    await file.write([head, body], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(path, join(directory, NAME))
  await disk.syncDirectory(directory)
}

/** The empty snapshot where there is none yet. */
export async function readSnapshot(disk: Disk, directory: string): Promise<Snapshot> {
  const path = join(directory, NAME)
  const sizeBytes = await disk.size(path)
  if (sizeBytes === undefined) return emptySnapshot
  const bytes = Buffer.alloc(sizeBytes)
  const file = await disk.open(path)
  try {
    await file.read(bytes, 0)
  } finally {
    await file.close()
  }
  const headEnd = bytes.indexOf('\n')
  const [format, sum] = bytes.toString('latin1', 0, headEnd).split(' ')
  if (format !== FORMAT) {
    throw new EngineError('unsupported', `${path}: written by another version of Headrace`)
  }
  const body = bytes.subarray(headEnd + 1)
  if (crc32c(body).toString(16) !== sum) {
    throw new EngineError('corrupt', `${path}: the checksum does not hold`)
  }
  return JSON.parse(body.toString('utf8')) as Snapshot
}
