import { parseArnOf } from '../connect-arns.ts'
import type { ConnectOperation } from '../contract.ts'

export const deleteWorkerConfiguration: ConnectOperation<'DeleteWorkerConfiguration'> = {
  name: 'DeleteWorkerConfiguration',
  async run({ workers }, { workerConfigurationArn = '' }, scope) {
    const key = parseArnOf(scope, 'worker-configuration', workerConfigurationArn)
    await workers.remove(scope, key)
    return { workerConfigurationArn, workerConfigurationState: 'DELETING' }
  },
}
