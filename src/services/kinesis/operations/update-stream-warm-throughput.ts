import type { KinesisOperation } from '../contract.ts'
import { streamArn } from '../stream.ts'
import { streamKeyOf, toWireWarmth } from '../wire-stream.ts'
import { refuseWarmth } from '../wire-warmth.ts'

export const updateStreamWarmThroughput: KinesisOperation<'UpdateStreamWarmThroughput'> = {
  name: 'UpdateStreamWarmThroughput',
  refuses: ['StreamId'],
  async run({ streams, accounts, onDemand }, input, context) {
    const key = streamKeyOf(input, context)
    const { WarmThroughputMiBps: mibps } = input
    const before = await streams.get(key)
    await refuseWarmth(accounts, key, before.mode, mibps)
    const stream = await onDemand.warm(key, mibps)
    return {
      StreamName: key.name,
      StreamARN: streamArn(key),
      WarmThroughput: { ...toWireWarmth(before), TargetMiBps: stream.warmMibps },
    }
  },
}
