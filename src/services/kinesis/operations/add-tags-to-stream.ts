import type { KinesisOperation } from '../contract.ts'
import { withTags } from '../tags.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const addTagsToStream: KinesisOperation<'AddTagsToStream'> = {
  name: 'AddTagsToStream',
  refuses: ['StreamId'],
  async run({ streams }, input, context) {
    const key = streamKeyOf(input, context)
    const owner = `stream ${key.name} under account ${key.accountId}`
    await streams.change(key, (stream) => ({
      ...stream,
      tags: withTags(stream.tags, input.Tags, owner),
    }))
    return {}
  },
}
