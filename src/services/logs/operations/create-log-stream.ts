import { ServiceError } from '../../../base/errors.ts'
import type { LogsOperation } from '../contract.ts'

export const createLogStream: LogsOperation<'CreateLogStream'> = {
  name: 'CreateLogStream',
  async run({ groups, streams }, { logGroupName, logStreamName }, scope) {
    await groups.group(scope, logGroupName)
    if (!(await streams.create(scope, { group: logGroupName, stream: logStreamName }))) {
      throw new ServiceError(
        'ResourceAlreadyExistsException',
        'The specified log stream already exists',
      )
    }
    return {}
  },
}
