import { dateOf } from '../../../base/clock.ts'
import type { SagemakerOperation } from '../contract.ts'
import { wireVariant } from './wire-variant.ts'

export const describeEndpointConfig: SagemakerOperation<'DescribeEndpointConfig'> = {
  name: 'DescribeEndpointConfig',
  async run({ endpointConfigs }, { EndpointConfigName }, context) {
    const config = await endpointConfigs.get(context, EndpointConfigName)
    return {
      EndpointConfigName: config.name,
      EndpointConfigArn: config.arn,
      ProductionVariants: [wireVariant(config.variant)],
      CreationTime: dateOf(config.createdMs),
    }
  },
}
