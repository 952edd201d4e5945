import type { LogsOperation } from '../contract.ts'
import { addTags } from '../group-tags.ts'
import { groupNameOf } from '../log-arns.ts'

export const tagResource: LogsOperation<'TagResource'> = {
  name: 'TagResource',
  async run({ groups }, { resourceArn, tags }, scope) {
    await groups.change(scope, groupNameOf(resourceArn), addTags(tags))
    return {}
  },
}
