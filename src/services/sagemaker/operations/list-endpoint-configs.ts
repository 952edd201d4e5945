import { dateOf } from '../../../base/clock.ts'
import type { SagemakerOperation } from '../contract.ts'
import { pageOf } from './wire-page.ts'

export const listEndpointConfigs: SagemakerOperation<'ListEndpointConfigs'> = {
  name: 'ListEndpointConfigs',
  async run({ endpointConfigs }, input, context) {
    const { items, nextToken } = pageOf(await endpointConfigs.list(context), input)
    return {
      EndpointConfigs: items.map((config) => ({
        EndpointConfigName: config.name,
        EndpointConfigArn: config.arn,
        CreationTime: dateOf(config.createdMs),
      })),
      NextToken: nextToken,
    }
  },
}
