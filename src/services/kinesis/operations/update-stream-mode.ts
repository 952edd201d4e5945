import type { ServiceError } from '../../../base/errors.ts'
import type { KinesisOperation } from '../contract.ts'
import { DAY_MS, MODE_CHANGES_PER_DAY, ON_DEMAND_STREAMS_MAX } from '../limits.ts'
import type { StreamKey } from '../stream.ts'
import { invalidArgument, limitExceeded } from '../stream-errors.ts'
import { streamKeyOf } from '../wire-stream.ts'
import { refuseWarmth } from '../wire-warmth.ts'

export const updateStreamMode: KinesisOperation<'UpdateStreamMode'> = {
  name: 'UpdateStreamMode',
  refuses: ['StreamId'],
  async run({ streams, accounts, onDemand, clock }, input, context) {
    const key = streamKeyOf(input, context)
    const { StreamMode: mode } = input.StreamModeDetails
    const { WarmThroughputMiBps: warmMibps } = input
    await refuseWarmth(accounts, key, mode, warmMibps)
    if (warmMibps !== undefined) await onDemand.refuseBeyondAccount(key, warmMibps)
    let isSwitched = false
    const { onDemandStreams } = await streams.usage(key)
    const nowMs = clock.wallMs()
    const changed = await streams.change(key, (stream) => {
      if (stream.mode === mode) return stream
      if (stream.distributesEvenly) throw stillDistributed(key)
      const modeChangesMs = stream.modeChangesMs.filter((atMs) => atMs > nowMs - DAY_MS)
      if (modeChangesMs.length >= MODE_CHANGES_PER_DAY) {
        throw limitExceeded(
          `Stream ${key.name} under account ${key.accountId} cannot change its mode more than ` +
            `${MODE_CHANGES_PER_DAY} times in 24 hours.`,
        )
      }
      if (mode === 'ON_DEMAND' && onDemandStreams >= ON_DEMAND_STREAMS_MAX) {
        throw limitExceeded(
          `Account ${key.accountId} cannot have more than ${ON_DEMAND_STREAMS_MAX} on-demand streams.`,
        )
      }
      isSwitched = true
      const { warmMibps: _, ...rest } = stream
      return { ...rest, mode, modeChangesMs: [...modeChangesMs, nowMs] }
    })
    if (isSwitched && mode === 'ON_DEMAND') await onDemand.adopt(key, changed)
    if (warmMibps !== undefined) await onDemand.warm(key, warmMibps)
    return {}
  },
}

function stillDistributed({ name, accountId }: StreamKey): ServiceError {
  return invalidArgument(
    `Stream ${name} under account ${accountId} has the RecordDistributionStrategy AUTO, which is only ` +
      'supported in ON_DEMAND mode: set USER_PARTITION_KEY before the mode is changed.',
  )
}
