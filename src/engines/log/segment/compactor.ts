import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { assert } from '../../../base/assert.ts'
import type { Clock } from '../../../base/clock.ts'
import type { Logger } from '../../../base/logger.ts'
import type { BatchCipher } from './cipher.ts'
import type { CompactionPlan } from './compaction-plan.ts'
import { planCompaction } from './compaction-plan.ts'
import type { KeyMap } from './key-map.ts'
import { createKeyMap } from './key-map.ts'
import type { Partition, Segment } from './partition.ts'
import type { AbortedTransaction } from './producers.ts'
import { isVisible } from './producers.ts'
import type { BatchHeader } from './record-batch.ts'
import {
  BATCH_HEADER_BYTES,
  COMPRESSION_MASK,
  CONTROL,
  DELETE_HORIZON,
  readBatchHeader,
  rebuildBatch,
} from './record-batch.ts'
import type { OpenBatch } from './record-decode.ts'
import { openBatch } from './record-decode.ts'
import { keepRecords, rawRecords } from './record-filter.ts'
import type { SegmentFiles } from './segment-files.ts'
import { createSegmentOutput } from './segment-output.ts'
import type { SegmentReader } from './segment-reader.ts'

/**
 * Keeps of each key the last record, in the partitions whose settings ask for it. Segments are read,
 * written anew without what is superseded, and replaced; offsets do not change. Runs beside the
 * appends, and a crash at any time leaves the old segments or the new ones.
 */
export interface Compactor {
  /** Compacts what is worth it. Ends early when the signal aborts. */
  round(signal: AbortSignal): Promise<void>
}

export interface CompactorDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly files: SegmentFiles
  readonly reader: SegmentReader
  readonly cipher: BatchCipher
  readonly partitions: ReadonlyMap<number, Partition>
  readonly segmentBytes: number
  /** Keys that are looked at in one go; where there are more, the rest is for the next one. */
  readonly compactionKeysMax: number
  /**
   * Puts the new segments into the place of the old ones. False when that place has changed
   * meanwhile: then the new ones are not used.
   */
  readonly replace: (replacement: Replacement) => Promise<boolean>
}

export interface Replacement {
  readonly partition: Partition
  readonly sources: ReadonlyArray<Segment>
  readonly outputs: ReadonlyArray<Segment>
  /** All before it has each key once now. */
  readonly cleanedOffset: number
}

const NONE: ReadonlyArray<AbortedTransaction> = []
/** A record is hardly ever smaller, so that there are not more keys than that. */
const RECORD_BYTES_MIN = 8

export function createCompactor(deps: CompactorDeps): Compactor {
  const { clock, log, files, reader, cipher, partitions } = deps

  /** Answers up to where all keys are in the map. */
  async function fill(
    map: KeyMap,
    partition: Partition,
    plan: CompactionPlan,
    signal: AbortSignal,
  ): Promise<number> {
    let endOffset = plan.endOffset
    const aborted = partition.producers?.aborted ?? NONE
    const visit = (header: BatchHeader, bytes: Buffer): boolean => {
      if (signal.aborted || header.baseOffset >= plan.endOffset) return false
      if (header.endOffset <= plan.dirtyOffset || !isVisible(header, aborted)) return true
      const batch = openBatch(header, bytes)
      if (!batch) return true
      for (const { offset, key } of rawRecords(batch)) {
        if (key === null || map.put(key, offset)) continue
        endOffset = offset
        return false
      }
      return true
    }
    for (const segment of plan.sources) {
      if (!(await reader.scanOne(partition, segment, visit))) break
    }
    return endOffset
  }

  async function compact(partition: Partition, plan: CompactionPlan, signal: AbortSignal) {
    const { compactionKeysMax, segmentBytes } = deps
    const keysMax = Math.ceil(plan.dirtyBytes / RECORD_BYTES_MIN)
    const map = createKeyMap(Math.min(compactionKeysMax, keysMax))
    const cleanedOffset = await fill(map, partition, plan, signal)
    const sources = plan.sources.filter(({ baseOffset }) => baseOffset < cleanedOffset)
    const output = createSegmentOutput({
      files,
      partition,
      sources,
      segmentBytes: partition.settings.segmentBytes ?? segmentBytes,
    })
    const filter = createFilter(partition, map, cleanedOffset, clock.wallMs())
    let isReplaced = false
    try {
      for (const segment of sources) {
        await reader.scanOne(partition, segment, async (header, bytes) => {
          const kept = await filter(header, bytes)
          if (!kept) return !signal.aborted
          // It stays encrypted, and by the same key.
          const stored = cipher.seal(partition, kept, header.keyNumber)
          await output.append(readBatchHeader(stored, 0) ?? header, stored)
          return !signal.aborted
        })
      }
      const outputs = await output.finish()
      if (signal.aborted) return
      isReplaced = await deps.replace({ partition, sources, outputs, cleanedOffset })
    } finally {
      if (!isReplaced) await output.discard()
    }
  }

  return {
    async round(signal) {
      for (const partition of [...partitions.values()]) {
        if (signal.aborted) return
        const plan = planCompaction(partition, clock.wallMs())
        if (!plan || partition.removed) continue
        try {
          await compact(partition, plan, signal)
        } catch (error) {
          if (partition.removed) continue
          const { topic, partition: number } = partition.id
          log.warn(
            { err: error, topic, partition: number },
            'a partition was not compacted; the next round tries again',
          )
        }
      }
    },
  }
}

type Filter = (header: BatchHeader, bytes: Buffer) => Promise<Buffer | undefined>

/** What is left of a batch, perhaps the very bytes; undefined when nothing is. */
function createFilter(
  { producers, settings }: Partition,
  map: KeyMap,
  cleanedOffset: number,
  nowMs: number,
): Filter {
  const aborted = producers?.aborted ?? NONE
  // Readers who are told of an aborted transaction look for its marker.
  const isListed = (marker: number) => aborted.some(([, , lastOffset]) => lastOffset === marker)
  const newHorizonMs = nowMs + (settings.compaction?.tombstoneMs ?? 0)

  return async (header, bytes) => {
    if (header.baseOffset >= cleanedOffset) return bytes
    const isControl = (header.attributes & CONTROL) !== 0
    if (!isControl && !isVisible(header, aborted)) return undefined
    const batch = openBatch(header, bytes)
    // What cannot be opened has keys that nobody knows.
    if (!batch) return bytes
    const hasHorizon = (header.attributes & DELETE_HORIZON) !== 0
    const isOver = hasHorizon && header.baseTimestampMs <= nowMs
    const all = rawRecords(batch)
    const kept = all.filter(({ offset, key, isTombstone }) => {
      if (isControl) return !isOver || isListed(offset)
      if (offset >= cleanedOffset) return true
      if (key === null || (map.get(key) ?? offset) > offset) return false
      return !(isTombstone && isOver)
    })
    if (kept.length === 0) return undefined
    const needsHorizon = !hasHorizon && (isControl || kept.some((record) => record.isTombstone))
    if (kept.length === all.length && !needsHorizon) return bytes
    const horizonMs = hasHorizon ? header.baseTimestampMs : needsHorizon ? newHorizonMs : undefined
    return compress(batch, keepRecords(batch, bytes, kept, horizonMs))
  }
}

const gzipped = promisify<Buffer, Buffer>(gzip)

/** Batches that were compressed are so again, by the codec that every client has. */
async function compress({ header }: OpenBatch, bytes: Buffer): Promise<Buffer> {
  if ((header.attributes & COMPRESSION_MASK) === 0) return bytes
  const payload = await gzipped(bytes.subarray(BATCH_HEADER_BYTES))
  if (payload.length >= bytes.length - BATCH_HEADER_BYTES) return bytes
  const smaller = Buffer.concat([bytes.subarray(0, BATCH_HEADER_BYTES), payload])
  const plain = readBatchHeader(bytes, 0)
  assert(plain, 'a batch that was made has a header')
  rebuildBatch(smaller, { ...plain, attributes: plain.attributes | GZIP })
  return smaller
}

const GZIP = 1
