import type { KinesisOperation } from '../contract.ts'
import { HOURS_TO_MS } from '../limits.ts'
import { refuseRetention } from '../retention.ts'
import { retentionMsOf, withRetentionMs } from '../stream.ts'
import { invalidArgument } from '../stream-errors.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const decreaseStreamRetentionPeriod: KinesisOperation<'DecreaseStreamRetentionPeriod'> = {
  name: 'DecreaseStreamRetentionPeriod',
  refuses: ['StreamId'],
  async run({ streams }, input, context) {
    const { RetentionPeriodHours: retentionHours } = input
    const key = streamKeyOf(input, context)
    refuseRetention(retentionHours)
    await streams.change(key, (stream) => {
      // AWS: the text is recorded in kinesalite, actions/decreaseStreamRetentionPeriod.js.
      if (retentionHours > stream.retentionHours) {
        throw invalidArgument(
          `Requested retention period (${retentionHours} hours) for stream ${key.name} can not be ` +
            `longer than existing retention period (${stream.retentionHours} hours). ` +
            'Use IncreaseRetentionPeriod API.',
        )
      }
      const retentionMs = retentionHours * HOURS_TO_MS
      if (retentionMs === retentionMsOf(stream)) return stream
      return { ...withRetentionMs(stream, retentionMs), status: 'UPDATING' }
    })
    return {}
  },
}
