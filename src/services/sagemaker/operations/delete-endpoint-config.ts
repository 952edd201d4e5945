import type { SagemakerOperation } from '../contract.ts'

export const deleteEndpointConfig: SagemakerOperation<'DeleteEndpointConfig'> = {
  name: 'DeleteEndpointConfig',
  async run({ endpointConfigs }, { EndpointConfigName }, context) {
    await endpointConfigs.remove(context, EndpointConfigName)
    return {}
  },
}
