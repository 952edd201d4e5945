import type { LogsOperation } from '../contract.ts'
import { removeTags } from '../group-tags.ts'

export const untagLogGroup: LogsOperation<'UntagLogGroup'> = {
  name: 'UntagLogGroup',
  async run({ groups }, { logGroupName, tags }, scope) {
    await groups.change(scope, logGroupName, removeTags(tags))
    return {}
  },
}
