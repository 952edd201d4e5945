import type { SagemakerOperation } from '../contract.ts'
import { resourceArn } from '../resource.ts'
import { tagsOf } from './wire-tags.ts'
import { parseVariant } from './wire-variant.ts'

export const createEndpointConfig: SagemakerOperation<'CreateEndpointConfig'> = {
  name: 'CreateEndpointConfig',
  refuses: [
    'DataCaptureConfig',
    'AsyncInferenceConfig',
    'ExplainerConfig',
    'ShadowProductionVariants',
    'VpcConfig',
    'KmsKeyId',
  ],
  async run({ endpointConfigs, models, clock }, input, context) {
    const variant = parseVariant(input.ProductionVariants)
    await models.get(context, variant.modelName)
    const config = {
      name: input.EndpointConfigName,
      arn: resourceArn(context, 'endpoint-config', input.EndpointConfigName),
      createdMs: clock.wallMs(),
      tags: tagsOf(input.Tags ?? []),
      variant,
    }
    await endpointConfigs.create(context, config)
    return { EndpointConfigArn: config.arn }
  },
}
