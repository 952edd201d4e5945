import type { LogsOperation } from '../contract.ts'

export const listTagsLogGroup: LogsOperation<'ListTagsLogGroup'> = {
  name: 'ListTagsLogGroup',
  async run({ groups }, { logGroupName }, scope) {
    return { tags: { ...(await groups.group(scope, logGroupName)).tags } }
  },
}
