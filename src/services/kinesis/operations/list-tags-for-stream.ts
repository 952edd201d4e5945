import type { KinesisOperation } from '../contract.ts'
import { TAGS_MAX } from '../limits.ts'
import { sortedTags } from '../tags.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const listTagsForStream: KinesisOperation<'ListTagsForStream'> = {
  name: 'ListTagsForStream',
  refuses: ['StreamId'],
  async run({ streams }, input, context) {
    const { tags } = await streams.get(streamKeyOf(input, context))
    const after = input.ExclusiveStartTagKey
    const limit = input.Limit ?? TAGS_MAX
    const left = sortedTags(tags).filter(({ key }) => after === undefined || key > after)
    return {
      Tags: left.slice(0, limit).map(({ key, value }) => ({ Key: key, Value: value })),
      HasMoreTags: left.length > limit,
    }
  },
}
