import type { SchedulerOperation } from '../contract.ts'
import { groupNameOf, withTags } from '../wire-group.ts'

export const tagResource: SchedulerOperation<'TagResource'> = {
  name: 'TagResource',
  async run({ groups }, { ResourceArn, Tags }, context) {
    const scope = { accountId: context.accountId, region: context.region }
    await groups.change(scope, groupNameOf(context, ResourceArn), (group) => ({
      ...group,
      tags: withTags(group.tags, Tags),
    }))
    return {}
  },
}
