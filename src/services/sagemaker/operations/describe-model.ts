import { dateOf } from '../../../base/clock.ts'
import type { SagemakerOperation } from '../contract.ts'

export const describeModel: SagemakerOperation<'DescribeModel'> = {
  name: 'DescribeModel',
  async run({ models }, { ModelName }, context) {
    const model = await models.get(context, ModelName)
    const container = {
      Image: model.image,
      Mode: 'SingleModel' as const,
      ModelDataUrl: model.dataUri,
      Environment: { ...model.environment },
    }
    return {
      ModelName: model.name,
      ModelArn: model.arn,
      CreationTime: dateOf(model.createdMs),
      PrimaryContainer: container,
      ...(model.roleArn !== undefined && { ExecutionRoleArn: model.roleArn }),
      EnableNetworkIsolation: false,
    }
  },
}
