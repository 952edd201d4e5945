import type { KinesisOperation } from '../contract.ts'
import { withoutTags } from '../tags.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const removeTagsFromStream: KinesisOperation<'RemoveTagsFromStream'> = {
  name: 'RemoveTagsFromStream',
  refuses: ['StreamId'],
  async run({ streams }, input, context) {
    await streams.change(streamKeyOf(input, context), (stream) => ({
      ...stream,
      tags: withoutTags(stream.tags, input.TagKeys),
    }))
    return {}
  },
}
