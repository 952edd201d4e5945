import type { SagemakerOperation } from '../contract.ts'
import { deploymentOf } from './wire-endpoint.ts'
import { tagsOf } from './wire-tags.ts'

/** In service as soon as the model is loaded; Failed, with the reason, when it cannot be. */
export const createEndpoint: SagemakerOperation<'CreateEndpoint'> = {
  name: 'CreateEndpoint',
  refuses: ['DeploymentConfig'],
  async run(deps, input, context) {
    const deployment = await deploymentOf(deps, context, input.EndpointConfigName)
    const endpoint = await deps.endpoints.create(
      context,
      {
        name: input.EndpointName,
        configName: input.EndpointConfigName,
        tags: tagsOf(input.Tags ?? []),
      },
      deployment,
    )
    return { EndpointArn: endpoint.arn }
  },
}
