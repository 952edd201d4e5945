import type { SchedulerOperation } from '../contract.ts'
import { groupNameOf } from '../wire-group.ts'

export const untagResource: SchedulerOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run({ groups }, { ResourceArn, TagKeys }, context) {
    const scope = { accountId: context.accountId, region: context.region }
    await groups.change(scope, groupNameOf(context, ResourceArn), (group) => ({
      ...group,
      tags: Object.fromEntries(
        Object.entries(group.tags).filter(([key]) => !TagKeys.includes(key)),
      ),
    }))
    return {}
  },
}
