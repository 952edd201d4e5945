import type { RequestContext } from '../../wire/operation.ts'
import type { KinesisDeps } from './contract.ts'
import type { ShardMetric } from './stream.ts'
import { shardMetricNames, streamArn } from './stream.ts'
import { streamKeyOf } from './wire-stream.ts'

interface Request {
  readonly StreamName?: string | undefined
  readonly StreamARN?: string | undefined
  readonly ShardLevelMetrics: ReadonlyArray<ShardMetric | 'ALL'>
}

/** What EnableEnhancedMonitoring and its opposite do: `ALL` names every metric. */
export async function changeShardMetrics(
  { streams, shardMetrics }: KinesisDeps,
  input: Request,
  context: RequestContext,
  change: (
    before: ReadonlyArray<ShardMetric>,
    named: ReadonlyArray<ShardMetric>,
  ) => ReadonlyArray<ShardMetric>,
) {
  const key = streamKeyOf(input, context)
  const { ShardLevelMetrics: given } = input
  const named = shardMetricNames.filter((name) => given.includes('ALL') || given.includes(name))
  let before: ReadonlyArray<ShardMetric> = []
  const stream = await streams.change(key, (current) => {
    before = current.shardMetrics ?? []
    const after = change(before, named)
    return { ...current, shardMetrics: shardMetricNames.filter((name) => after.includes(name)) }
  })
  shardMetrics.keepOnly(key, stream)
  return {
    StreamName: key.name,
    StreamARN: streamArn(key),
    CurrentShardLevelMetrics: [...before],
    DesiredShardLevelMetrics: [...(stream.shardMetrics ?? [])],
  }
}
