import type { DescribeEndpointOutput } from '@aws-sdk/client-sagemaker'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { SagemakerDeps } from '../contract.ts'
import type { Deployment, Endpoint } from '../hosting/endpoints.ts'

/** What the configuration says now: later changes of it or of its model do not reach the endpoint. */
export async function deploymentOf(
  { endpointConfigs, models }: SagemakerDeps,
  scope: Scope,
  configName: string,
): Promise<Deployment> {
  const { variant } = await endpointConfigs.get(scope, configName)
  const { dataUri } = await models.get(scope, variant.modelName)
  return { configName, variant, modelUri: dataUri }
}

export function wireEndpoint(endpoint: Endpoint): DescribeEndpointOutput {
  const { deployed } = endpoint
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: endpoint.configName,
    EndpointStatus: endpoint.status,
    CreationTime: dateOf(endpoint.createdMs),
    LastModifiedTime: dateOf(endpoint.modifiedMs),
    ...(endpoint.failureReason !== undefined && { FailureReason: endpoint.failureReason }),
    ...(deployed && {
      ProductionVariants: [
        {
          VariantName: deployed.variant.name,
          CurrentWeight: deployed.variant.weight,
          DesiredWeight: deployed.variant.weight,
          ...(deployed.variant.instanceCount !== undefined && {
            CurrentInstanceCount: deployed.variant.instanceCount,
            DesiredInstanceCount: deployed.variant.instanceCount,
          }),
        },
      ],
    }),
  }
}
