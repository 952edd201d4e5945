import type { KinesisOperation } from '../contract.ts'
import { withoutTags } from '../tags.ts'
import { resourceOf } from '../wire-resource.ts'

export const untagResource: KinesisOperation<'UntagResource'> = {
  name: 'UntagResource',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const resource = await resourceOf(deps, input.ResourceARN, context)
    await resource.changeTags((tags) => withoutTags(tags, input.TagKeys))
    return {}
  },
}
