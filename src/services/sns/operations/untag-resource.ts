import type { SnsOperation } from '../contract.ts'
import { topicFor } from './wire-topic.ts'

export const untagResource: SnsOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run(deps, { ResourceArn, TagKeys = [] }, context) {
    const { arn } = await topicFor(deps, context, ResourceArn, 'UntagResource')
    await deps.topics.update(arn, (topic) => ({
      ...topic,
      tags: Object.fromEntries(
        Object.entries(topic.tags).filter(([key]) => !TagKeys.includes(key)),
      ),
    }))
    return {}
  },
}
