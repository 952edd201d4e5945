import type { LogsOperation } from '../contract.ts'

export const deleteLogStream: LogsOperation<'DeleteLogStream'> = {
  name: 'DeleteLogStream',
  async run({ groups, streams }, { logGroupName, logStreamName }, scope) {
    await groups.group(scope, logGroupName)
    await streams.remove(scope, { group: logGroupName, stream: logStreamName })
    return {}
  },
}
