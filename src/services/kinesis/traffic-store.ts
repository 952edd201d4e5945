import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import { DAY_MS, PEAK_DAYS } from './limits.ts'
import type { Stream, StreamKey } from './stream.ts'

/** What an on-demand stream has seen. Throughput is counted in shards: what one takes a second. */
export interface Traffic {
  readonly creationId: string
  /** The highest throughput of each day that had any, oldest first. */
  readonly peaks: ReadonlyArray<{ readonly day: number; readonly shards: number }>
  /** When it last grew and shrank. */
  readonly grownMs?: number
  readonly shrunkMs?: number
}

/** The traffic of on-demand streams as it is kept. */
export interface TrafficStore {
  get(key: StreamKey, stream: Stream): Promise<Traffic>
  put(key: StreamKey, traffic: Traffic): Promise<void>
}

export function createTrafficStore(meta: MetaStore): TrafficStore {
  const documents = createDocuments<Traffic>(meta, 'kinesis/traffic')
  return {
    async get(key, { creationId }) {
      const found = await documents.getShared(key, key.name)
      return found?.creationId === creationId ? found : { creationId, peaks: [] }
    },
    put: (key, traffic) => documents.put(key, [key.name], traffic),
  }
}

/** The same object when it is no new peak of its day. */
export function withPeak(traffic: Traffic, shards: number, nowMs: number): Traffic {
  const day = dayOf(nowMs)
  const before = traffic.peaks.find((peak) => peak.day === day)?.shards ?? 0
  if (shards <= before) return traffic
  const kept = traffic.peaks.filter((peak) => peak.day > day - PEAK_DAYS && peak.day !== day)
  return { ...traffic, peaks: [...kept, { day, shards }] }
}

/** The highest throughput of the last 30 days. */
export function peakOf({ peaks }: Traffic, nowMs: number): number {
  const recent = peaks.filter(({ day }) => day > dayOf(nowMs) - PEAK_DAYS)
  return Math.max(0, ...recent.map(({ shards }) => shards))
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS)
}
