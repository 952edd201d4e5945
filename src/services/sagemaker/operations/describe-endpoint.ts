import type { SagemakerOperation } from '../contract.ts'
import { wireEndpoint } from './wire-endpoint.ts'

export const describeEndpoint: SagemakerOperation<'DescribeEndpoint'> = {
  name: 'DescribeEndpoint',
  async run({ endpoints }, { EndpointName }, context) {
    return wireEndpoint(await endpoints.get(context, EndpointName))
  },
}
