import type { FirehoseOperation } from '../contract.ts'

export const untagDeliveryStream: FirehoseOperation<'UntagDeliveryStream'> = {
  name: 'UntagDeliveryStream',
  async run({ deliveryStreams }, { DeliveryStreamName, TagKeys }, context) {
    const gone = new Set(TagKeys)
    await deliveryStreams.setTags(context, DeliveryStreamName, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
    )
    return {}
  },
}
