import type { EventsOperation } from '../contract.ts'
import { wireTags } from '../wire-tags.ts'

export const listTagsForResource: EventsOperation<'ListTagsForResource'> = {
  name: 'ListTagsForResource',
  async run({ resourceTags }, { ResourceARN }, scope) {
    return { Tags: wireTags(await resourceTags.get(scope, ResourceARN)) }
  },
}
