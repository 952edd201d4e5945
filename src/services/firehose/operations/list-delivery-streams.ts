import type { FirehoseOperation } from '../contract.ts'
import { firehoseLimits } from '../limits.ts'

export const listDeliveryStreams: FirehoseOperation<'ListDeliveryStreams'> = {
  name: 'ListDeliveryStreams',
  refuses: ['DeliveryStreamType'],
  async run({ deliveryStreams }, input, context) {
    const limit = input.Limit ?? firehoseLimits.listLimit.initial
    const after = input.ExclusiveStartDeliveryStreamName
    const { names, hasMore } = await deliveryStreams.list(context, after, limit)
    return { DeliveryStreamNames: [...names], HasMoreDeliveryStreams: hasMore }
  },
}
