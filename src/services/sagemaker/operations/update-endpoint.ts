import type { SagemakerOperation } from '../contract.ts'
import { deploymentOf } from './wire-endpoint.ts'

export const updateEndpoint: SagemakerOperation<'UpdateEndpoint'> = {
  name: 'UpdateEndpoint',
  refuses: [
    'DeploymentConfig',
    'RetainAllVariantProperties',
    'ExcludeRetainedVariantProperties',
    'RetainDeploymentConfig',
  ],
  async run(deps, input, context) {
    const deployment = await deploymentOf(deps, context, input.EndpointConfigName)
    const endpoint = await deps.endpoints.redeploy(context, input.EndpointName, deployment)
    return { EndpointArn: endpoint.arn }
  },
}
