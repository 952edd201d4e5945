import type { SagemakerOperation } from '../contract.ts'

export const deleteEndpoint: SagemakerOperation<'DeleteEndpoint'> = {
  name: 'DeleteEndpoint',
  async run({ endpoints }, { EndpointName }, context) {
    await endpoints.remove(context, EndpointName)
    return {}
  },
}
