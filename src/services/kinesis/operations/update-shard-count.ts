import type { KinesisOperation } from '../contract.ts'
import { DAY_MS, SCALINGS_PER_DAY, SHARD_COUNT_MAX, SHARDS_MAX } from '../limits.ts'
import { planUniform } from '../resharding.ts'
import type { Stream, StreamKey } from '../stream.ts'
import { openShards, streamArn } from '../stream.ts'
import { limitExceeded } from '../stream-errors.ts'
import { refuseOnDemand, streamKeyOf } from '../wire-stream.ts'

export const updateShardCount: KinesisOperation<'UpdateShardCount'> = {
  name: 'UpdateShardCount',
  refuses: ['StreamId'],
  async run({ streams, clock }, input, context) {
    const key = streamKeyOf(input, context)
    const { TargetShardCount: target } = input
    const usage = await streams.usage(key)
    const nowMs = clock.wallMs()
    let current = 0
    await streams.change(key, (stream) => {
      refuseOnDemand(key, stream)
      current = openShards(stream).length
      if (target === current) return stream
      refuseCount(current, target)
      if (usage.openShards - current + target > SHARDS_MAX) throw tooMany(current, target)
      const scalingsMs = recentScalings(key, stream, nowMs)
      const plan = planUniform(stream, target)
      return { ...stream, ...plan, status: 'UPDATING', scalingsMs: [...scalingsMs, nowMs] }
    })
    return {
      StreamName: key.name,
      StreamARN: streamArn(key),
      CurrentShardCount: current,
      TargetShardCount: target,
    }
  },
}

// AWS: these texts are recorded in kinesalite, actions/updateShardCount.js.
function refuseCount(current: number, target: number): void {
  const counts = `Current open shard count: ${current}, Target shard count: ${target}`
  if (target > SHARD_COUNT_MAX) throw tooMany(current, target)
  if (target > current * 2) {
    throw limitExceeded(
      `UpdateShardCount cannot scale up over double your current open shard count. ${counts}`,
    )
  }
  if (target < current / 2) {
    throw limitExceeded(
      `UpdateShardCount cannot scale down below half your current open shard count. ${counts}`,
    )
  }
}

function tooMany(current: number, target: number) {
  return limitExceeded(
    `Target shard count or number of open shards cannot be greater than ${SHARD_COUNT_MAX}. ` +
      `Current open shard count: ${current}, Target shard count: ${target}`,
  )
}

function recentScalings(
  { name, accountId }: StreamKey,
  stream: Stream,
  nowMs: number,
): ReadonlyArray<number> {
  const recent = stream.scalingsMs.filter((atMs) => atMs > nowMs - DAY_MS)
  if (recent.length < SCALINGS_PER_DAY) return recent
  throw limitExceeded(
    `Stream ${name} under account ${accountId} cannot be scaled more than ${SCALINGS_PER_DAY} ` +
      'times in a rolling period of 24 hours.',
  )
}
