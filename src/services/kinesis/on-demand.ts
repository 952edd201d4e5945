import type { Clock } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Logger } from '../../base/logger.ts'
import {
  DAY_MS,
  GROWTH_PAUSE_MS,
  ON_DEMAND_SHARDS,
  ON_DEMAND_SHARDS_MAX,
  SHARDS_MAX,
  WRITE_BYTES_PER_SECOND,
  WRITE_RECORDS_PER_SECOND,
} from './limits.ts'
import { planUniform } from './resharding.ts'
import type { Stream, StreamKey } from './stream.ts'
import { openShards } from './stream.ts'
import { limitExceeded } from './stream-errors.ts'
import type { Streams } from './streams.ts'
import type { Traffic, TrafficStore } from './traffic-store.ts'
import { peakOf, withPeak } from './traffic-store.ts'

/**
 * On-demand streams fit themselves to their producers as AWS documents it (Developer Guide, "On-demand
 * mode", and the FAQ): room for twice the highest write throughput of the last 30 days, four shards at
 * least; it grows once in 15 minutes, to at most double, so that traffic which more than doubles within
 * that time is refused; and it shrinks, by half at most and once a day, when the peak is 30 days old.
 * A warm throughput is room that it has in any case.
 */
export interface OnDemand {
  /** Counts what producers wrote. */
  note(key: StreamKey, stream: Stream, written: Written): void
  /**
   * Gives the stream room for so many MiB a second, or twice what is written now where that is more:
   * what it has beyond that is released. Throws when it is no ACTIVE on-demand stream.
   */
  warm(key: StreamKey, mibps: number): Promise<Stream>
  /** Throws when the account has no room for a stream with so many MiB a second. */
  refuseBeyondAccount(key: StreamKey, mibps: number): Promise<void>
  /** A stream that was a provisioned one keeps its shards until the traffic of a month is known. */
  adopt(key: StreamKey, stream: Stream): Promise<void>
  /** Looks at the traffic in rounds until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

export interface Written {
  readonly bytes: number
  readonly records: number
}

interface Meter {
  readonly key: StreamKey
  bytes: number
  records: number
}

export interface OnDemandDeps {
  readonly streams: Streams
  readonly traffic: TrafficStore
  readonly clock: Clock
  readonly log: Logger
}

/** The throughput is the mean of this time. */
const ROUND_MS = 15_000
/** Streams without traffic are looked at so often: one of them may have to shrink. */
const SCAN_MS = 3_600_000

export function createOnDemand(deps: OnDemandDeps): OnDemand {
  const { streams, traffic: store, clock, log } = deps
  let meters = new Map<string, Meter>()
  /** Throughput of the last round, by stream. */
  let current = new Map<string, number>()

  async function adapt(key: StreamKey, rate: number): Promise<void> {
    try {
      await adaptNow(deps, key, rate)
    } catch (error) {
      // It was removed, or is being changed: what it needs is seen again in the next round.
      if (!(error instanceof ServiceError)) {
        log.warn({ stream: key.name, err: error }, 'an on-demand stream was not adapted')
      }
    }
  }

  async function measure(seconds: number): Promise<void> {
    const seen = meters
    meters = new Map()
    const rates = Array.from(seen, ([id, meter]) => [id, shardsFor(meter, seconds)] as const)
    current = new Map(rates)
    for (const [id, { key }] of seen) await adapt(key, current.get(id) ?? 0)
  }

  return {
    note(key, { mode, creationId }, { bytes, records }) {
      if (mode !== 'ON_DEMAND') return
      const meter = meters.get(creationId) ?? { key, bytes: 0, records: 0 }
      meter.bytes += bytes
      meter.records += records
      meters.set(creationId, meter)
    },
    async warm(key, mibps) {
      const { creationId } = await streams.get(key)
      const rate = current.get(creationId) ?? 0
      const target = Math.max(ON_DEMAND_SHARDS, mibps, Math.ceil(2 * rate))
      const usage = await streams.usage(key)
      const changed = await streams.change(key, (stream) => {
        refuseTooMany(usage.openShards - openShards(stream).length + target)
        return { ...reshaped(stream, target), warmMibps: mibps }
      })
      const peaks = withPeak({ creationId, peaks: [] }, rate, clock.wallMs())
      await store.put(key, { ...peaks, grownMs: clock.wallMs() })
      return changed
    },
    async refuseBeyondAccount(key, mibps) {
      const [stream, usage] = await Promise.all([streams.get(key), streams.usage(key)])
      refuseTooMany(usage.openShards - openShards(stream).length + mibps)
    },
    async adopt(key, stream) {
      const before = await store.get(key, stream)
      const peak = openShards(stream).length / 2
      await store.put(key, withPeak(before, peak, clock.wallMs()))
    },
    async run(signal) {
      let scannedMs = clock.monotonicMs()
      while (!signal.aborted) {
        const sinceMs = clock.monotonicMs()
        await clock.sleep(ROUND_MS, signal)
        if (signal.aborted) return
        await measure((clock.monotonicMs() - sinceMs) / 1000)
        if (clock.monotonicMs() - scannedMs < SCAN_MS) continue
        scannedMs = clock.monotonicMs()
        for await (const { stream, ...key } of streams.everywhere()) {
          if (stream.mode === 'ON_DEMAND') await adapt(key, current.get(stream.creationId) ?? 0)
        }
      }
    },
  }
}

/** Keeps the peak, and grows or shrinks the stream when the rules say so. */
async function adaptNow(deps: OnDemandDeps, key: StreamKey, rate: number): Promise<void> {
  const { streams, traffic: store, clock } = deps
  const stream = await streams.get(key)
  if (stream.mode !== 'ON_DEMAND') return
  const nowMs = clock.wallMs()
  const before = await store.get(key, stream)
  const traffic = withPeak(before, rate, nowMs)
  if (traffic !== before) await store.put(key, traffic)
  const count = openShards(stream).length
  const target = targetOf(stream, traffic, nowMs)
  if (target === count) return
  const usage = await streams.usage(key)
  if (usage.openShards - count + target > SHARDS_MAX) return
  await streams.change(key, (now) => reshaped(now, target))
  const change = target > count ? { grownMs: nowMs } : { shrunkMs: nowMs }
  await store.put(key, { ...traffic, ...change })
}

/** How many shards the stream is to have now. */
function targetOf(stream: Stream, traffic: Traffic, nowMs: number): number {
  const count = openShards(stream).length
  const byPeak = Math.min(Math.ceil(2 * peakOf(traffic, nowMs)), ON_DEMAND_SHARDS_MAX)
  const wanted = Math.max(ON_DEMAND_SHARDS, stream.warmMibps ?? 0, byPeak)
  const { grownMs = Number.NEGATIVE_INFINITY, shrunkMs = stream.createdMs } = traffic
  if (wanted > count) {
    return nowMs - grownMs < GROWTH_PAUSE_MS ? count : Math.min(wanted, 2 * count)
  }
  const isRested = nowMs - Math.max(grownMs, shrunkMs) >= DAY_MS
  return isRested ? Math.max(wanted, Math.ceil(count / 2)) : count
}

function reshaped(stream: Stream, target: number): Stream {
  if (target === openShards(stream).length) return stream
  return { ...stream, ...planUniform(stream, target), status: 'UPDATING' }
}

/** A throughput in shards: what one shard takes a second. */
function shardsFor({ bytes, records }: Written, seconds: number): number {
  return Math.max(bytes / WRITE_BYTES_PER_SECOND, records / WRITE_RECORDS_PER_SECOND) / seconds
}

function refuseTooMany(shardCount: number): void {
  if (shardCount <= SHARDS_MAX) return
  throw limitExceeded(
    `This request would exceed the shard limit of ${SHARDS_MAX} for the account: it would have ` +
      `${shardCount} open shards.`,
  )
}
