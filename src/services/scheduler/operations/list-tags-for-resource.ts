import type { SchedulerOperation } from '../contract.ts'
import { groupNameOf } from '../wire-group.ts'

export const listTagsForResource: SchedulerOperation<'ListTagsForResource'> = {
  name: 'ListTagsForResource',
  async run({ groups }, { ResourceArn }, context) {
    const { tags } = await groups.get(context, groupNameOf(context, ResourceArn))
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
  },
}
