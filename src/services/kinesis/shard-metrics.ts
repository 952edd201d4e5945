import type { MetricName, Metrics } from '../../base/metrics.ts'
import type { ShardAt } from './shard-reads.ts'
import type { ShardMetric, Stream, StreamKey } from './stream.ts'
import { shardMetricNames } from './stream.ts'
import type { ShardBatch } from './stream-reader.ts'

/**
 * What enhanced monitoring counts, a shard: only for streams that asked for it, and each metric only
 * while they do.
 */
export interface ShardMetrics {
  wrote(at: ShardAt, records: number, sizeBytes: number): void
  read(at: ShardAt, batch: ShardBatch, sizeBytes: number): void
  /** A record was refused for the throughput of its shard. */
  refusedRecord(at: ShardAt): void
  /** A GetRecords call was refused for it. */
  refusedRead(at: ShardAt): void
  /** Takes what is no longer kept, or whose shards are gone, from the page. */
  keepOnly(key: StreamKey, stream: Stream | undefined): void
}

type SeriesName = Extract<MetricName, `headrace_shard_${string}`>

const seriesNames: Readonly<Record<ShardMetric, SeriesName>> = {
  IncomingBytes: 'headrace_shard_incoming_bytes_total',
  IncomingRecords: 'headrace_shard_incoming_records_total',
  OutgoingBytes: 'headrace_shard_outgoing_bytes_total',
  OutgoingRecords: 'headrace_shard_outgoing_records_total',
  WriteProvisionedThroughputExceeded: 'headrace_shard_refused_records_total',
  ReadProvisionedThroughputExceeded: 'headrace_shard_refused_reads_total',
  IteratorAgeMilliseconds: 'headrace_shard_iterator_age_milliseconds',
}

export function createShardMetrics(deps: {
  readonly metrics: Metrics
  readonly wallMs: () => number
}): ShardMetrics {
  const { metrics, wallMs } = deps
  /** The shards that have a series, by metric, of each stream. */
  const shown = new Map<string, Map<ShardMetric, Set<number>>>()
  const nameOf = ({ accountId, region, name }: StreamKey) => `${accountId}/${region}/${name}`

  function record({ key, stream, shard }: ShardAt, metric: ShardMetric, value: number): void {
    if (!stream.shardMetrics?.includes(metric)) return
    const ofStream = shown.get(nameOf(key)) ?? new Map<ShardMetric, Set<number>>()
    shown.set(nameOf(key), ofStream)
    const numbers = ofStream.get(metric) ?? new Set()
    ofStream.set(metric, numbers.add(shard.number))
    metrics.record(seriesNames[metric], labelsOf(key, shard.number), value)
  }

  return {
    wrote(at, records, sizeBytes) {
      record(at, 'IncomingBytes', sizeBytes)
      record(at, 'IncomingRecords', records)
    },
    read(at, batch, sizeBytes) {
      if (!at.stream.shardMetrics?.length) return
      record(at, 'OutgoingBytes', sizeBytes)
      record(at, 'OutgoingRecords', batch.records.length)
      // AWS: the age of the last record of the call; 0 for a reader that has them all.
      const lastMs = batch.records.at(-1)?.arrivalMs
      const isBehind = batch.nextOffset < batch.endOffset
      const ageMs = isBehind && lastMs !== undefined ? Math.max(0, wallMs() - lastMs) : 0
      record(at, 'IteratorAgeMilliseconds', ageMs)
    },
    refusedRecord: (at) => record(at, 'WriteProvisionedThroughputExceeded', 1),
    refusedRead: (at) => record(at, 'ReadProvisionedThroughputExceeded', 1),
    keepOnly(key, stream) {
      const ofStream = shown.get(nameOf(key))
      if (!ofStream) return
      const there = new Set(stream?.shards.map(({ number }) => number))
      for (const metric of shardMetricNames) {
        const isKept = stream?.shardMetrics?.includes(metric) ?? false
        for (const number of ofStream.get(metric) ?? []) {
          if (isKept && there.has(number)) continue
          ofStream.get(metric)?.delete(number)
          metrics.forget(seriesNames[metric], labelsOf(key, number))
        }
      }
      if (!stream?.shardMetrics?.length) shown.delete(nameOf(key))
    },
  }
}

function labelsOf({ accountId, region, name }: StreamKey, number: number) {
  return { account: accountId, region, stream: name, shard: String(number) }
}
