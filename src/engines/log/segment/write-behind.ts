import type { Clock } from '../../../base/clock.ts'
import type { Disk } from '../../../base/disk.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { Replacement } from './compactor.ts'
import type { Partition, Segment } from './partition.ts'
import { expireProducers } from './producers.ts'
import type { SegmentFiles } from './segment-files.ts'
import { replaceSegments, takeExpired } from './segment-lists.ts'
import type { SegmentWriter } from './segment-writer.ts'
import type { Snapshot } from './snapshot.ts'
import { snapshotProducers, writeSnapshot } from './snapshot.ts'
import type { TailCache } from './tail-cache.ts'
import type { WalMark } from './wal.ts'

/**
 * What follows the commits: memory into segments, segments onto the medium, the snapshot that says
 * so, and the removal of what is no longer kept. None of it decides what is durable.
 *
 * Every method rejects with `full` when there is no space, and can be called again; any other
 * failure is given to `fail`, because then it is open what the files hold.
 */
export interface WriteBehind {
  /** Writes all that memory alone has into segments. */
  flush(): Promise<void>
  /** Start one unless one is under way, and do not wait: what fails shows when room is needed. */
  startFlush(): void
  startCheckpoint(mark: () => WalMark): void
  startRetain(mark: () => WalMark): void
  /** All that lies before the mark is in synced segments, and its slots are free, when resolved. */
  checkpoint(mark: () => WalMark): Promise<void>
  /**
   * Removes whole segments that are older, or more, than the partitions' settings say, or trimmed;
   * and forgets producers that are silent for long.
   */
  retain(mark: () => WalMark): Promise<void>
  /**
   * Puts segments into the place of others, whose files go once a snapshot says so. False, and
   * nothing done, when the others are no longer all there.
   */
  replace(replacement: Replacement, mark: () => WalMark): Promise<boolean>
  /** Removes the files of a partition that is removed already. */
  removeFiles(partition: Partition): Promise<void>
  /** Resolves when nothing of it is under way. */
  settled(): Promise<void>
}

export interface WriteBehindDeps {
  readonly disk: Disk
  readonly directory: string
  readonly clock: Clock
  readonly log: Logger
  readonly tail: TailCache
  readonly files: SegmentFiles
  readonly writer: SegmentWriter
  readonly partitions: ReadonlyMap<number, Partition>
  readonly nextNumber: () => number
  readonly release: (mark: WalMark) => void
  readonly failure: () => EngineError | undefined
  readonly fail: (error: unknown) => void
}

/** How long a medium that was full is left alone. */
const FULL_REST_MS = 500

export function createWriteBehind(deps: WriteBehindDeps): WriteBehind {
  const { clock, tail, files, writer, partitions } = deps
  const turns = createTurns()
  const guard = createGuard(deps)
  const checkpoints = createTurns()
  const underWay = new Map<string, Promise<void>>()
  /** Segments that were replaced, and that the snapshot on the medium may still name. */
  let replaced: Replacement[] = []

  async function writeAll(): Promise<void> {
    for (const partition of tail.unwritten()) await writer.write(partition)
  }

  const flush = () => turns.take(() => guard(writeAll))

  async function checkpointNow(markOf: () => WalMark): Promise<void> {
    const mark = markOf()
    const taken = await turns.take(async () => {
      await writeAll()
      return {
        snapshot: snapshotOf(mark, deps.nextNumber(), partitions),
        unsynced: writer.takeUnsynced(),
        replaced,
      }
    })
    await writer.sync(taken.unsynced)
    await writeSnapshot(deps.disk, deps.directory, taken.snapshot)
    deps.release(mark)
    replaced = replaced.filter((one) => !taken.replaced.includes(one))
    for (const { partition, sources } of taken.replaced) await remove(partition, sources)
  }

  const checkpoint = (mark: () => WalMark) =>
    checkpoints.take(() => guard(() => checkpointNow(mark)))

  function start(name: string, work: () => Promise<void>): void {
    if (underWay.has(name)) return
    // Whoever needs what this was to bring runs into the same failure and reports it.
    const running = work()
      .catch(() => undefined)
      .then(() => void underWay.delete(name))
    underWay.set(name, running)
  }

  async function remove(partition: Partition, gone: ReadonlyArray<Segment>): Promise<void> {
    try {
      await turns.take(() => files.remove(partition, gone))
    } catch (error) {
      deps.fail(error)
      throw error
    }
  }

  async function retain(mark: () => WalMark): Promise<void> {
    // What is only in memory can grow too old as well.
    await unlessFull(flush)
    const dropped = await turns.take(async () =>
      [...partitions.values()].flatMap((partition) => {
        if (partition.producers) expireProducers(partition.producers, clock.wallMs())
        const expired = takeExpired(partition, clock.wallMs())
        return expired.length > 0 ? [{ partition, expired }] : []
      }),
    )
    if (dropped.length === 0) return
    // Where the space is just what is missing: expired segments that are gone are no loss on open.
    await unlessFull(() => checkpoint(mark))
    for (const { partition, expired } of dropped) await remove(partition, expired)
  }

  return {
    flush,
    startFlush: () => start('flush', flush),
    startCheckpoint: (mark) => start('checkpoint', () => checkpoint(mark)),
    startRetain: (mark) => start('retain', () => retain(mark)),
    checkpoint,
    retain,
    async replace(replacement, mark) {
      const isDone = await turns.take(async () => {
        if (!replaceSegments(replacement)) return false
        writer.adopt(replacement.partition, replacement.outputs)
        replaced = [...replaced, replacement]
        return true
      })
      // Without it the old files only stay for longer; `guard` has told of what failed.
      if (isDone) await checkpoint(mark).catch(() => undefined)
      return isDone
    },
    removeFiles: (partition) => remove(partition, partition.segments),
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay.values())
      await checkpoints.take(async () => undefined)
      await turns.take(async () => undefined)
    },
  }
}

/**
 * Sorts failures: a full medium is rested from, everything else stops the log. Runs within a turn,
 * so that after a failed sync no other checkpoint says that all is well.
 */
function createGuard(deps: WriteBehindDeps): <T>(work: () => Promise<T>) => Promise<T> {
  const { clock, log } = deps
  let full: { readonly error: EngineError; readonly sinceMs: number } | undefined
  return async (work) => {
    const failure = deps.failure()
    if (failure) throw failure
    if (full && clock.monotonicMs() - full.sinceMs < FULL_REST_MS) throw full.error
    try {
      const result = await work()
      if (full) log.info({}, 'the medium of the log has space again')
      full = undefined
      return result
    } catch (error) {
      if (isFull(error)) {
        if (!full) log.warn({ err: error }, 'the medium of the log is full')
        full = { error, sinceMs: clock.monotonicMs() }
      } else deps.fail(error)
      throw error
    }
  }
}

function isFull(error: unknown): error is EngineError {
  return error instanceof EngineError && error.kind === 'full'
}

async function unlessFull(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isFull(error)) throw error
  }
}

function snapshotOf(
  mark: WalMark,
  nextNumber: number,
  partitions: ReadonlyMap<number, Partition>,
): Snapshot {
  return {
    mark,
    nextNumber,
    partitions: Array.from(partitions.values(), (partition) => ({
      ...(partition.cleanedOffset > 0 && { cleanedOffset: partition.cleanedOffset }),
      ...(partition.producers && {
        producers: snapshotProducers(partition.producers, partition.endOffset),
      }),
      number: partition.number,
      id: partition.id,
      settings: partition.settings,
      startOffset: partition.startOffset,
      endOffset: partition.writtenOffset,
      segments: partition.segments
        .filter((segment) => segment.sizeBytes > 0)
        .map(
          ({ baseOffset, sizeBytes, maxTimestampMs, createdMs, revision }) =>
            [baseOffset, sizeBytes, maxTimestampMs, createdMs, revision] as const,
        ),
    })),
  }
}

interface Turns {
  /** Runs one work at a time, in the order of asking. */
  take<T>(work: () => Promise<T>): Promise<T>
}

function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return {
    take(work) {
      const turn = last.then(work)
      last = turn.catch(() => undefined)
      return turn
    },
  }
}
