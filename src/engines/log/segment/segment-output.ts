import type { DiskFile } from '../../../base/disk.ts'
import type { Partition, Segment } from './partition.ts'
import type { BatchHeader } from './record-batch.ts'
import type { SegmentFiles } from './segment-files.ts'
import { addToIndex, createIndex } from './segment-index.ts'
import { sealSegment } from './segment-writer.ts'

/** New segments that take the place of others. Nobody knows of them before they are handed over. */
export interface SegmentOutput {
  append(header: BatchHeader, stored: Buffer): Promise<void>
  /** Ends the writing. Not synced. */
  finish(): Promise<ReadonlyArray<Segment>>
  /** Removes what was written, for good. */
  discard(): Promise<void>
}

const WRITE_BYTES = 1 << 20

export function createSegmentOutput(deps: {
  readonly files: SegmentFiles
  readonly partition: Partition
  /** The segments whose place is taken. */
  readonly sources: ReadonlyArray<Segment>
  readonly segmentBytes: number
}): SegmentOutput {
  const { files, partition, sources, segmentBytes } = deps
  const revision = 1 + Math.max(0, ...sources.map((segment) => segment.revision))
  const done: Segment[] = []
  let current: Segment | undefined
  let pending: Buffer[] = []
  let pendingBytes = 0
  let position = 0

  async function write(): Promise<void> {
    if (!current || pendingBytes === 0) return
    const bytes = pending
    const at = position
    position += pendingBytes
    pending = []
    pendingBytes = 0
    await files.pool.use(files.pathOf(partition, current), (file) => file.write(bytes, at))
  }

  async function end(): Promise<void> {
    if (!current) return
    await write()
    await sealSegment(files, partition, current)
    await files.pool.drop(files.pathOf(partition, current))
    current = undefined
  }

  async function begin(header: BatchHeader): Promise<Segment> {
    await end()
    const [first] = sources
    const segment = {
      baseOffset: done.length === 0 ? (first?.baseOffset ?? header.baseOffset) : header.baseOffset,
      createdMs: first?.createdMs ?? 0,
      revision,
      sizeBytes: 0,
      maxTimestampMs: Number.NEGATIVE_INFINITY,
      index: createIndex(),
    }
    position = 0
    done.push(segment)
    // Left over from an attempt that ended with its process.
    const empty = (file: DiskFile) => file.truncate(0)
    await files.pool.create(files.pathOf(partition, segment), empty)
    return segment
  }

  return {
    async append(header, stored) {
      const isFull = current && current.sizeBytes + stored.length > segmentBytes
      if (!current || isFull) current = await begin(header)
      addToIndex(current.index ?? createIndex(), {
        baseOffset: header.baseOffset,
        position: current.sizeBytes,
        timestampBefore: current.maxTimestampMs,
      })
      current.sizeBytes += stored.length
      current.maxTimestampMs = Math.max(current.maxTimestampMs, header.maxTimestampMs)
      pending.push(stored)
      pendingBytes += stored.length
      if (pendingBytes >= WRITE_BYTES) await write()
    },
    async finish() {
      await end()
      return done
    },
    discard: () => files.remove(partition, done),
  }
}
