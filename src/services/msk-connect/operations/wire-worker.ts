import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import { arnOf } from '../connect-arns.ts'
import type { WorkerConfiguration } from '../worker-configurations.ts'

/** What a list and a creation show. */
export function writeWorkerConfiguration(scope: Scope, worker: WorkerConfiguration) {
  const { name, description } = worker
  const creationTime = dateOf(worker.createdMs)
  const described = description !== undefined && { description }
  return {
    workerConfigurationArn: arnOf(scope, 'worker-configuration', worker),
    workerConfigurationState: 'ACTIVE' as const,
    name,
    creationTime,
    ...described,
    latestRevision: { revision: 1, creationTime, ...described },
  }
}
