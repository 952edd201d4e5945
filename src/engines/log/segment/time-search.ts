import type { Partition } from './partition.ts'
import { scanTail } from './partition.ts'
import type { BatchHeader } from './record-batch.ts'
import type { TimedOffset } from './record-decode.ts'
import { findTimestamp, openBatch } from './record-decode.ts'
import type { Scans } from './scans.ts'
import type { SegmentReader, Visit } from './segment-reader.ts'

/** Finds records by time, among the batches accepted that are not before the start. */
export interface TimeSearch {
  /** The first record with a timestamp >= `timestampMs`. */
  first(
    partition: Partition,
    timestampMs: number,
    accepts: Accepts,
  ): Promise<TimedOffset | undefined>
  /** The first record with the greatest timestamp. */
  greatest(partition: Partition, accepts: Accepts): Promise<TimedOffset | undefined>
}

type Accepts = (header: BatchHeader) => boolean

const SCAN_BYTES = 1 << 20

export function createTimeSearch(reader: SegmentReader, scans: Scans): TimeSearch {
  async function first(
    partition: Partition,
    timestampMs: number,
    accepts: Accepts,
  ): Promise<TimedOffset | undefined> {
    let found: TimedOffset | undefined
    const { writtenOffset } = partition
    const visit: Visit = (header, bytes) => {
      if (header.maxTimestampMs < timestampMs || header.endOffset <= partition.startOffset) {
        return true
      }
      const batch = accepts(header) && openBatch(header, bytes)
      if (batch) found = findTimestamp(batch, partition.startOffset, timestampMs)
      return found === undefined
    }
    if (await reader.scanFromTimestamp(partition, timestampMs, visit)) {
      scanTail(partition, writtenOffset, visit)
    }
    return found
  }

  /** By reading all: where the greatest time is that of a marker, or of what was trimmed. */
  async function greatestOfAll(partition: Partition, accepts: Accepts): Promise<number> {
    let greatestMs = Number.NEGATIVE_INFINITY
    await scans.scan(partition, partition.startOffset, SCAN_BYTES, (header) => {
      if (accepts(header)) greatestMs = Math.max(greatestMs, header.maxTimestampMs)
      return true
    })
    return greatestMs
  }

  return {
    first,
    async greatest(partition, accepts) {
      let greatestMs = Number.NEGATIVE_INFINITY
      for (const { maxTimestampMs } of partition.segments) {
        greatestMs = Math.max(greatestMs, maxTimestampMs)
      }
      for (const { header } of partition.unwritten) {
        greatestMs = Math.max(greatestMs, header.maxTimestampMs)
      }
      return (
        (await first(partition, greatestMs, accepts)) ??
        first(partition, await greatestOfAll(partition, accepts), accepts)
      )
    },
  }
}
