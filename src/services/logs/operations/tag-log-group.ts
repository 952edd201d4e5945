import type { LogsOperation } from '../contract.ts'
import { addTags } from '../group-tags.ts'

export const tagLogGroup: LogsOperation<'TagLogGroup'> = {
  name: 'TagLogGroup',
  async run({ groups }, { logGroupName, tags }, scope) {
    await groups.change(scope, logGroupName, addTags(tags))
    return {}
  },
}
