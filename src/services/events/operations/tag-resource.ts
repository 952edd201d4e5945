import type { EventsOperation } from '../contract.ts'
import { tagsOf } from '../wire-tags.ts'

export const tagResource: EventsOperation<'TagResource'> = {
  name: 'TagResource',
  async run({ resourceTags }, { ResourceARN, Tags }, scope) {
    await resourceTags.change(scope, ResourceARN, (tags) => ({ ...tags, ...tagsOf(Tags) }))
    return {}
  },
}
