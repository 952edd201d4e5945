import type { LogsOperation } from '../contract.ts'

export const deleteLogGroup: LogsOperation<'DeleteLogGroup'> = {
  name: 'DeleteLogGroup',
  async run({ groups }, { logGroupName }, scope) {
    await groups.remove(scope, logGroupName)
    return {}
  },
}
