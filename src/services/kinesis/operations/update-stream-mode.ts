import type { KinesisOperation } from '../contract.ts'
import { DAY_MS, MODE_CHANGES_PER_DAY, ON_DEMAND_STREAMS_MAX } from '../limits.ts'
import { limitExceeded } from '../stream-errors.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const updateStreamMode: KinesisOperation<'UpdateStreamMode'> = {
  name: 'UpdateStreamMode',
  refuses: ['StreamId', 'WarmThroughputMiBps'],
  async run({ streams, clock }, input, context) {
    const key = streamKeyOf(input, context)
    const { StreamMode: mode } = input.StreamModeDetails
    const { onDemandStreams } = await streams.usage(key)
    const nowMs = clock.wallMs()
    await streams.change(key, (stream) => {
      if (stream.mode === mode) return stream
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
      return { ...stream, mode, modeChangesMs: [...modeChangesMs, nowMs] }
    })
    return {}
  },
}
