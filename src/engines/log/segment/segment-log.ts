import { dirname } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { LogEngine } from '../port.ts'
import { keyless } from './batch-check.ts'
import { createBatchLog } from './batch-log.ts'
import type { BatchCipher, KeyOf } from './cipher.ts'
import { createCipher } from './cipher.ts'
import type { Committer } from './committer.ts'
import { createCommitter } from './committer.ts'
import { createCompactor } from './compactor.ts'
import type { Partitions } from './partitions.ts'
import { createPartitions } from './partitions.ts'
import { createReads } from './reads.ts'
import type { Recovery } from './recovery.ts'
import { createRecovery, dropMissingSegments } from './recovery.ts'
import { createScans } from './scans.ts'
import type { SegmentFiles } from './segment-files.ts'
import { createSegmentFiles } from './segment-files.ts'
import { hasTrimmedSegment } from './segment-lists.ts'
import { createSegmentReader } from './segment-reader.ts'
import { createSegmentWriter } from './segment-writer.ts'
import { readSnapshot } from './snapshot.ts'
import type { TailCache } from './tail-cache.ts'
import { createTailCache } from './tail-cache.ts'
import { createTimeSearch } from './time-search.ts'
import type { Wal, WalMark } from './wal.ts'
import { openWal } from './wal.ts'
import type { WriteBehind } from './write-behind.ts'
import { createWriteBehind } from './write-behind.ts'

export interface SegmentLogOptions {
  readonly disk: Disk
  /** Made when it is not there. One engine at a time may hold it. */
  readonly directory: string
  readonly clock: Clock
  readonly log: Logger
  readonly sizes?: Partial<SegmentLogSizes>
  /**
   * The secret, of 32 bytes or more, that a key id of the settings names; the same each time. Without
   * it nothing can be encrypted.
   */
  readonly keyOf?: KeyOf
}

export interface SegmentLogSizes {
  /** One preallocated file of the write-ahead log; a few of them stay on the medium. */
  readonly slotBytes: number
  readonly slotsMax: number
  readonly segmentBytes: number
  /** Batches in memory, for readers that follow the writers. */
  readonly tailBytes: number
  /** Memory that no segment has yet: from here on it is written. */
  readonly flushBytes: number
  /** Memory that no segment has yet: from here on appends wait. */
  readonly unwrittenBytesMax: number
  /** Segment files that stay open. */
  readonly filesMax: number
  readonly retentionCheckMs: number
  /** Keys that compaction looks at in one go: up to 64 bytes of memory each, while it runs. */
  readonly compactionKeysMax: number
}

const DEFAULT_SIZES: SegmentLogSizes = {
  slotBytes: 64 << 20,
  slotsMax: 4,
  segmentBytes: 64 << 20,
  tailBytes: 16 << 20,
  flushBytes: 8 << 20,
  unwrittenBytesMax: 64 << 20,
  filesMax: 256,
  retentionCheckMs: 30_000,
  compactionKeysMax: 1 << 20,
}

/**
 * The embedded log: one group-committed write-ahead log for all partitions of the directory, and
 * segments a partition that are written behind it.
 *
 * Opening brings back every record that was acknowledged or seen, at its offset, after any crash;
 * what a crash tore is cut off. It reads the snapshot and the write-ahead log only, so it takes the
 * same time however much is stored. Rejects with `corrupt` when something durable is missing.
 */
export async function openSegmentLog(options: SegmentLogOptions): Promise<LogEngine> {
  const { disk, directory, clock, log } = options
  const sizes = { ...DEFAULT_SIZES, ...options.sizes }
  await disk.makeDirectory(directory)
  await disk.syncDirectory(dirname(directory))
  // A process may have died between a rename and its sync: what we read must stay.
  await disk.syncDirectory(directory)
  const snapshot = await readSnapshot(disk, directory)
  const tail = createTailCache(sizes.tailBytes, clock)
  const cipher = createCipher(options.keyOf)
  for (const { settings } of snapshot.partitions) await cipher.load(settings)
  const partitions = createPartitions(snapshot, tail)
  const files = createSegmentFiles({ disk, directory, filesMax: sizes.filesMax })
  await files.removeOrphans(partitions.byNumber)

  const health = createHealth(log)
  const behind = createWriteBehind({
    disk,
    directory,
    clock,
    log,
    tail,
    files,
    writer: createSegmentWriter({ ...sizes, disk, directory, clock, tail, files }),
    partitions: partitions.byNumber,
    nextNumber: partitions.nextNumber,
    release: (mark) => wal.release(mark),
    ...health,
  })
  const recovery = createRecovery({
    partitions,
    tail,
    cipher,
    behind,
    flushBytes: sizes.flushBytes,
    firstNewNumber: snapshot.nextNumber,
  })
  const wal: Wal = await openWal(
    {
      ...sizes,
      disk,
      directory,
      onRoll: () => behind.startCheckpoint(() => wal.mark()),
      makeRoom: () => behind.checkpoint(() => wal.mark()),
    },
    snapshot.mark,
    recovery.replay,
  )
  await dropMissingSegments({ disk, directory, clock, files, partitions })
  return createEngine({
    ...options,
    sizes,
    tail,
    cipher,
    partitions,
    files,
    health,
    behind,
    recovery,
    wal,
  })
}

interface Health {
  failure(): EngineError | undefined
  /** The log takes nothing from here on, unless the medium is only full. */
  fail(error: unknown): void
}

function createHealth(log: Logger): Health {
  let failure: EngineError | undefined
  return {
    failure: () => failure,
    fail(error) {
      if (failure || (error instanceof EngineError && error.kind === 'full')) return
      failure = new EngineError('unavailable', 'the log stopped after a failed write', error)
      log.error({ err: error }, 'a write failed: the log takes nothing until it is opened again')
    },
  }
}

interface Parts extends SegmentLogOptions {
  readonly sizes: SegmentLogSizes
  readonly tail: TailCache
  readonly cipher: BatchCipher
  readonly partitions: Partitions
  readonly files: SegmentFiles
  readonly health: Health
  readonly behind: WriteBehind
  readonly recovery: Recovery
  readonly wal: Wal
}

function createEngine(parts: Parts): LogEngine {
  const { clock, log, sizes, tail, cipher, partitions, files, health, behind, wal } = parts
  const closing = new AbortController()
  const committer = createCommitter({
    clock,
    partitions,
    tail,
    cipher,
    commit: wal.commit,
    async makeRoom() {
      if (tail.unwrittenBytes() > sizes.unwrittenBytesMax) await behind.flush()
    },
    onCommit() {
      if (tail.unwrittenBytes() > sizes.flushBytes) behind.startFlush()
    },
    ...health,
  })
  if (parts.recovery.groupCount() > 0) behind.startCheckpoint(() => wal.mark())
  const reader = createSegmentReader(files, cipher)
  const compactor = createCompactor({
    ...sizes,
    clock,
    log,
    files,
    reader,
    cipher,
    partitions: partitions.byNumber,
    replace: (replacement) => behind.replace(replacement, () => wal.mark()),
  })
  const retaining = retainInRounds()

  async function retainInRounds(): Promise<void> {
    for (;;) {
      await clock.sleep(sizes.retentionCheckMs, closing.signal)
      if (closing.signal.aborted || health.failure()) return
      try {
        await behind.retain(() => wal.mark())
        await compactor.round(closing.signal)
      } catch (error) {
        log.warn({ err: error }, 'old segments were not removed; the next round tries again')
      }
    }
  }

  const scans = createScans({ partitions, reader })
  const times = createTimeSearch(reader, scans)
  function refuseClosed(): void {
    if (closing.signal.aborted) throw closed()
  }

  return {
    capabilities: {
      retention: true,
      batches: true,
      compaction: true,
      encryption: parts.keyOf !== undefined,
    },
    ...createReads({ partitions, scans, times, log }),
    ...createWrites({
      partitions,
      behind,
      cipher,
      committer,
      refuseClosed,
      mark: () => wal.mark(),
    }),
    batches: createBatchLog({ partitions, scans, times, committer, refuseClosed }),
    async close() {
      if (closing.signal.aborted) return
      closing.abort()
      await committer.drained()
      await retaining
      await behind.settled()
      if (!health.failure()) await checkpointAtClose()
      for (const partition of partitions.byNumber.values()) {
        for (const waiter of partition.waiters) waiter.reject(closed())
      }
      await wal.close()
      await files.pool.close()
    },
  }

  async function checkpointAtClose(): Promise<void> {
    try {
      await behind.checkpoint(() => wal.seal())
    } catch (error) {
      // Nothing is lost: the next opening reads the write-ahead log.
      log.warn({ err: error }, 'no checkpoint of the log at its end')
    }
  }
}

function createWrites(deps: {
  readonly partitions: Partitions
  readonly behind: WriteBehind
  readonly cipher: BatchCipher
  readonly committer: Committer
  readonly refuseClosed: () => void
  readonly mark: () => WalMark
}): Pick<LogEngine, 'ensurePartition' | 'removePartition' | 'append' | 'trim'> {
  const { partitions, behind, cipher, committer, refuseClosed, mark } = deps
  return {
    async ensurePartition(id, settings) {
      refuseClosed()
      if (cipher.needsKeys(settings)) await cipher.load(settings)
      refuseClosed()
      await committer.ensure(id, settings)
    },
    async removePartition(id) {
      refuseClosed()
      const removed = await committer.remove(id)
      if (removed) await behind.removeFiles(removed)
    },
    async append(id, records) {
      refuseClosed()
      const partition = partitions.get(id)
      if (records.length === 0) return { baseOffset: partition.endOffset }
      if (partition.settings.compaction && records.some(({ key }) => key === null)) throw keyless()
      return committer.append(partition, records)
    },
    async trim(id, offset) {
      refuseClosed()
      await committer.trim(id, offset)
      const partition = partitions.find(id)
      // Else there is no file that could go.
      if (partition && hasTrimmedSegment(partition)) behind.startRetain(mark)
    },
  }
}

function closed(): EngineError {
  return new EngineError('unavailable', 'the log is closed')
}
