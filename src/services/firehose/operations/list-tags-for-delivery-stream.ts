import type { FirehoseOperation } from '../contract.ts'
import { firehoseLimits } from '../limits.ts'

export const listTagsForDeliveryStream: FirehoseOperation<'ListTagsForDeliveryStream'> = {
  name: 'ListTagsForDeliveryStream',
  async run({ deliveryStreams }, input, context) {
    const { tags } = await deliveryStreams.get(context, input.DeliveryStreamName)
    const after = input.ExclusiveStartTagKey ?? ''
    const limit = input.Limit ?? firehoseLimits.tagsMax
    const rest = Object.keys(tags)
      .sort()
      .filter((key) => key > after)
    return {
      Tags: rest.slice(0, limit).map((Key) => ({ Key, Value: tags[Key] })),
      HasMoreTags: rest.length > limit,
    }
  },
}
