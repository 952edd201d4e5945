import type { MskOperation } from '../contract.ts'
import { parseOperationArn } from '../msk-arns.ts'
import { writeOperation } from './wire-operation.ts'

export const describeClusterOperation: MskOperation<'DescribeClusterOperation'> = {
  name: 'DescribeClusterOperation',
  async run({ history }, { ClusterOperationArn }, scope) {
    const { cluster, operationId } = parseOperationArn(scope, ClusterOperationArn)
    const operation = await history.get(scope, cluster, operationId)
    return { ClusterOperationInfo: writeOperation(scope, cluster, operation) }
  },
}
