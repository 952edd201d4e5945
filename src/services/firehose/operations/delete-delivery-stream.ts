import type { FirehoseOperation } from '../contract.ts'

/** What was put and not yet delivered goes with the stream, as on AWS. */
export const deleteDeliveryStream: FirehoseOperation<'DeleteDeliveryStream'> = {
  name: 'DeleteDeliveryStream',
  async run({ deliveryStreams }, { DeliveryStreamName }, context) {
    await deliveryStreams.remove(context, DeliveryStreamName)
    return {}
  },
}
