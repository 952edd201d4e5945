import type { FirehoseOperation } from '../contract.ts'
import { checkCount, tagsOf } from './wire-tags.ts'

export const tagDeliveryStream: FirehoseOperation<'TagDeliveryStream'> = {
  name: 'TagDeliveryStream',
  async run({ deliveryStreams }, { DeliveryStreamName, Tags }, context) {
    await deliveryStreams.setTags(context, DeliveryStreamName, (tags) =>
      checkCount({ ...tags, ...tagsOf(Tags) }),
    )
    return {}
  },
}
