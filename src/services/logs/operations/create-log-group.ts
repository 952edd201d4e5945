import type { LogsOperation } from '../contract.ts'
import { checkTags } from '../group-tags.ts'
import { invalidParameter } from '../log-errors.ts'

export const createLogGroup: LogsOperation<'CreateLogGroup'> = {
  name: 'CreateLogGroup',
  refuses: ['kmsKeyId', 'deletionProtectionEnabled'],
  async run({ groups }, { logGroupName, logGroupClass, tags }, scope) {
    if (logGroupClass !== undefined && logGroupClass !== 'STANDARD') {
      throw invalidParameter(`logGroupClass ${logGroupClass} is not supported by Headrace yet.`)
    }
    if (logGroupName.startsWith('aws/')) {
      // AWS: CreateLogGroup API reference, names that start with `aws/` are reserved.
      throw invalidParameter('Log groups starting with AWS/ are reserved for AWS.')
    }
    await groups.create(scope, logGroupName, checkTags(tags ?? {}))
    return {}
  },
}
