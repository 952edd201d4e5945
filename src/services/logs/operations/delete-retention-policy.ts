import type { LogsOperation } from '../contract.ts'

export const deleteRetentionPolicy: LogsOperation<'DeleteRetentionPolicy'> = {
  name: 'DeleteRetentionPolicy',
  async run({ groups }, { logGroupName }, scope) {
    await groups.change(scope, logGroupName, ({ createdMs, tags }) => ({ createdMs, tags }))
    return {}
  },
}
