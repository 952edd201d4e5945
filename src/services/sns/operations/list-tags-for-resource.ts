import type { SnsOperation } from '../contract.ts'
import { topicFor } from './wire-topic.ts'

export const listTagsForResource: SnsOperation<'ListTagsForResource'> = {
  name: 'ListTagsForResource',
  async run(deps, { ResourceArn }, context) {
    const { tags } = await topicFor(deps, context, ResourceArn, 'ListTagsForResource')
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
  },
}
