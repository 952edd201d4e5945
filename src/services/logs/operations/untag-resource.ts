import type { LogsOperation } from '../contract.ts'
import { removeTags } from '../group-tags.ts'
import { groupNameOf } from '../log-arns.ts'

export const untagResource: LogsOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run({ groups }, { resourceArn, tagKeys }, scope) {
    await groups.change(scope, groupNameOf(resourceArn), removeTags(tagKeys))
    return {}
  },
}
