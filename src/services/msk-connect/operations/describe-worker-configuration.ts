import { parseArnOf } from '../connect-arns.ts'
import type { ConnectOperation } from '../contract.ts'
import { writeWorkerConfiguration } from './wire-worker.ts'

export const describeWorkerConfiguration: ConnectOperation<'DescribeWorkerConfiguration'> = {
  name: 'DescribeWorkerConfiguration',
  async run({ workers }, { workerConfigurationArn = '' }, scope) {
    const key = parseArnOf(scope, 'worker-configuration', workerConfigurationArn)
    const worker = await workers.get(scope, key)
    const shown = writeWorkerConfiguration(scope, worker)
    const latestRevision = { ...shown.latestRevision, propertiesFileContent: worker.content }
    return { ...shown, latestRevision }
  },
}
