// Hot: for each partition one read, and where there is nothing yet one promise; no timers, no copies.
import { createChildAbort } from '../../../base/child-abort.ts'
import type { Clock } from '../../../base/clock.ts'
import { EngineError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { BatchLog, Isolation, PartitionId } from '../../../engines/log/port.ts'
import { LEADER_EPOCH } from '../topics/broker.ts'
import { failureOf } from '../topics/failure.ts'
import type { Fetched } from './fetched.ts'
import { empty, fail } from './fetched.ts'

export interface FetchReadRequest {
  readonly fetched: ReadonlyArray<Fetched>
  readonly isolation: Isolation
  readonly bytesMax: number
  readonly bytesMin: number
  readonly waitMs: number
}

export interface FetchReadDeps {
  readonly batches: BatchLog
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Reads the partitions in their order: about `bytesMax` of all, always one batch when there is one.
 * Where that is less than `bytesMin`, it waits for more, for `waitMs` or until the signal aborts;
 * what is wrong with a partition is answered at once.
 */
export async function readFetched(
  deps: FetchReadDeps,
  request: FetchReadRequest,
  signal: AbortSignal,
): Promise<void> {
  const { fetched, bytesMin, waitMs } = request
  let bytes = 0
  let isOver = fetched.length === 0
  for (const one of fetched) {
    bytes += await read(deps, request, one, bytes)
    if (one.error !== 'NONE' || one.divergesAt !== undefined) isOver = true
  }
  if (isOver || bytes >= bytesMin || waitMs <= 0 || signal.aborted) return
  await readMore(deps, request, bytes, signal)
}

async function readMore(
  deps: FetchReadDeps,
  request: FetchReadRequest,
  bytesBefore: number,
  signal: AbortSignal,
): Promise<void> {
  const { fetched, isolation, bytesMin, waitMs } = request
  const waiting = createChildAbort(signal)
  const due = new Set<Fetched>()
  let isOver = false
  let wake = (): void => undefined

  function watch(one: Fetched): void {
    const { id, isOpen, error } = one
    if (!id || !isOpen || error !== 'NONE') return
    const come = () => {
      due.add(one)
      wake()
    }
    // A partition that goes away while it is waited for is looked at, too.
    deps.batches.waitFor(id, endFor(one, isolation), isolation, waiting.signal).then(come, come)
  }

  const timeout = deps.clock.sleep(waitMs, waiting.signal).then(() => {
    isOver = true
    wake()
  })
  for (const one of fetched) watch(one)
  try {
    for (let bytes = bytesBefore; bytes < bytesMin; ) {
      if (due.size === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (isOver) return
      for (const one of [...due]) {
        due.delete(one)
        const endBefore = endFor(one, isolation)
        bytes -= one.bytes
        bytes += await read(deps, request, one, bytes)
        if (one.error !== 'NONE') return
        // Nothing new: its shard is being closed. It is looked at again by the next request.
        if (endFor(one, isolation) > endBefore) watch(one)
      }
    }
  } finally {
    waiting.end()
    await timeout
  }
}

/** Answers the bytes that were read; `bytesBefore` are those of the other partitions. */
async function read(
  deps: FetchReadDeps,
  { isolation, bytesMax }: FetchReadRequest,
  one: Fetched,
  bytesBefore: number,
): Promise<number> {
  const { batches, log } = deps
  const { id, partition } = one
  if (!id) return 0
  const left = Math.min(bytesMax - bytesBefore, partition.bytesMax)
  try {
    if (partition.lastFetchedEpoch > LEADER_EPOCH) {
      // An epoch that never was ends nowhere.
      fail(one, 'OFFSET_OUT_OF_RANGE')
      return 0
    }
    if (partition.lastFetchedEpoch === LEADER_EPOCH) {
      const bounds = await batches.bounds(id)
      if (partition.offset > bounds.endOffset) {
        empty(one)
        setBounds(one, bounds)
        one.divergesAt = bounds.endOffset
        return 0
      }
    }
    if (bytesBefore > 0 && left <= 0) return await lookOnly(batches, id, one)
    const { offset } = partition
    const found = await batches.read(id, { offset, bytesMax: Math.max(left, 0), isolation })
    setBounds(one, found)
    one.batches = found.batches
    // In the order in which they began: some clients (kafkajs) look no further than the next one.
    one.aborted = found.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset)
    one.bytes = 0
    for (const batch of found.batches) one.bytes += batch.length
    // Only the first batch of an answer may be larger than what is asked for.
    if (bytesBefore > 0 && one.bytes > left) empty(one)
    return one.bytes
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'invalid') {
      return await outOfRange(deps, id, one)
    }
    fail(one, failureOf(error, log).error)
    return 0
  }
}

async function lookOnly(batches: BatchLog, id: PartitionId, one: Fetched): Promise<number> {
  empty(one)
  setBounds(one, await batches.bounds(id))
  const { offset } = one.partition
  if (offset < one.startOffset || offset > one.endOffset) fail(one, 'OFFSET_OUT_OF_RANGE')
  return 0
}

/** Between the last stable offset and the end there is nothing for readers of committed records. */
async function outOfRange(
  { batches, log }: FetchReadDeps,
  id: PartitionId,
  one: Fetched,
): Promise<number> {
  try {
    return await lookOnly(batches, id, one)
  } catch (error) {
    fail(one, failureOf(error, log).error)
    return 0
  }
}

function setBounds(
  one: Fetched,
  bounds: {
    readonly startOffset: number
    readonly endOffset: number
    readonly stableOffset: number
  },
): void {
  one.startOffset = bounds.startOffset
  one.endOffset = bounds.endOffset
  one.stableOffset = bounds.stableOffset
}

function endFor({ stableOffset, endOffset }: Fetched, isolation: Isolation): number {
  return isolation === 'committed' ? stableOffset : endOffset
}
