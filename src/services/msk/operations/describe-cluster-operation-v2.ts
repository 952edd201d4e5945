import type { MskOperation } from '../contract.ts'
import { parseOperationArn } from '../msk-arns.ts'
import { writeAspect, writeOperationSummary } from './wire-operation.ts'

export const describeClusterOperationV2: MskOperation<'DescribeClusterOperationV2'> = {
  name: 'DescribeClusterOperationV2',
  async run({ history }, { ClusterOperationArn }, scope) {
    const { cluster, operationId } = parseOperationArn(scope, ClusterOperationArn)
    const operation = await history.get(scope, cluster, operationId)
    return {
      ClusterOperationInfo: {
        ...writeOperationSummary(scope, cluster, operation),
        Provisioned: {
          SourceClusterInfo: writeAspect(operation.source),
          TargetClusterInfo: writeAspect(operation.target),
        },
      },
    }
  },
}
