import type { KinesisOperation } from '../contract.ts'
import { withTags } from '../tags.ts'
import { resourceOf } from '../wire-resource.ts'

export const tagResource: KinesisOperation<'TagResource'> = {
  name: 'TagResource',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const resource = await resourceOf(deps, input.ResourceARN, context)
    await resource.changeTags((tags) => withTags(tags, input.Tags, resource.owner))
    return {}
  },
}
