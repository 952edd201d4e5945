import type { FirehoseOperation } from '../contract.ts'
import { describe } from './wire-description.ts'

export const describeDeliveryStream: FirehoseOperation<'DescribeDeliveryStream'> = {
  name: 'DescribeDeliveryStream',
  async run({ deliveryStreams }, { DeliveryStreamName }, context) {
    const stream = await deliveryStreams.get(context, DeliveryStreamName)
    return { DeliveryStreamDescription: describe(stream) }
  },
}
