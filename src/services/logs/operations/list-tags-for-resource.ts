import type { LogsOperation } from '../contract.ts'
import { groupNameOf } from '../log-arns.ts'

export const listTagsForResource: LogsOperation<'ListTagsForResource'> = {
  name: 'ListTagsForResource',
  async run({ groups }, { resourceArn }, scope) {
    return { tags: { ...(await groups.group(scope, groupNameOf(resourceArn))).tags } }
  },
}
