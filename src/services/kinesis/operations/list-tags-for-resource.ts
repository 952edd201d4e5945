import type { KinesisOperation } from '../contract.ts'
import { sortedTags } from '../tags.ts'
import { resourceOf } from '../wire-resource.ts'

export const listTagsForResource: KinesisOperation<'ListTagsForResource'> = {
  name: 'ListTagsForResource',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const resource = await resourceOf(deps, input.ResourceARN, context)
    const tags = sortedTags(await resource.tags())
    return { Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) }
  },
}
