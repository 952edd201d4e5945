import { ServiceError } from '../../../base/errors.ts'
import type { RuntimeOperation } from '../contract.ts'
import { scoreBody } from '../hosting/scoring.ts'
import { sagemakerLimits } from '../limits.ts'

export const invokeEndpoint: RuntimeOperation<'InvokeEndpoint'> = {
  name: 'InvokeEndpoint',
  refuses: [
    'TargetModel',
    'TargetVariant',
    'TargetContainerHostname',
    'InferenceId',
    'EnableExplanations',
    'InferenceComponentName',
    'SessionId',
    'CustomAttributes',
  ],
  async run({ endpoints, loadedModels }, input, context) {
    if (input.Body.length > sagemakerLimits.invokeBytesMax) {
      throw new ServiceError(
        'ValidationError',
        `The payload is larger than ${sagemakerLimits.invokeBytesMax} bytes.`,
      )
    }
    const endpoint = await endpoints.find(context, input.EndpointName)
    if (!endpoint?.deployed) {
      throw new ServiceError(
        'ValidationError',
        `Endpoint ${input.EndpointName} of account ${context.accountId} not found.`,
      )
    }
    const booster = await loadedModels.get(context, endpoint.deployed)
    const scored = await scoreBody(
      booster,
      input.Body,
      input.ContentType ?? 'text/csv',
      input.Accept ?? 'text/csv',
    )
    return {
      Body: Buffer.from(scored.body),
      ContentType: scored.contentType,
      InvokedProductionVariant: endpoint.deployed.variant.name,
    }
  },
}
