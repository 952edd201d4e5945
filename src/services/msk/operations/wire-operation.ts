import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { ClusterAspect, ClusterOperation } from '../cluster-operations.ts'
import type { NamedResource } from '../msk-arns.ts'
import { clusterArn, operationArn } from '../msk-arns.ts'
import { writeAccess } from './wire-access.ts'

/** Changes are made before they are answered: no operation is ever seen under way. */
const STATE = 'UPDATE_COMPLETE'

export function writeOperation(scope: Scope, cluster: NamedResource, operation: ClusterOperation) {
  return {
    ClusterArn: clusterArn(scope, cluster),
    CreationTime: dateOf(operation.startedMs),
    EndTime: dateOf(operation.endedMs),
    OperationArn: operationArn(scope, cluster, operation.id),
    OperationState: STATE,
    OperationType: operation.type,
    SourceClusterInfo: writeAspect(operation.source),
    TargetClusterInfo: writeAspect(operation.target),
  }
}

export function writeOperationSummary(
  scope: Scope,
  cluster: NamedResource,
  operation: ClusterOperation,
) {
  return {
    ClusterArn: clusterArn(scope, cluster),
    ClusterType: 'PROVISIONED' as const,
    StartTime: dateOf(operation.startedMs),
    EndTime: dateOf(operation.endedMs),
    OperationArn: operationArn(scope, cluster, operation.id),
    OperationState: STATE,
    OperationType: operation.type,
  }
}

export function writeAspect({ configuration, access }: ClusterAspect) {
  return {
    ...(configuration && {
      ConfigurationInfo: { Arn: configuration.arn, Revision: configuration.revision },
    }),
    ...(access && writeAccess(access)),
  }
}
