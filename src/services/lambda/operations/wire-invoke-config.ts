import type { DestinationConfig, FunctionEventInvokeConfig } from '@aws-sdk/client-lambda'
import { dateOf } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { LambdaDeps } from '../contract.ts'
import type { DestinationKind } from '../destinations.ts'
import type { FunctionTarget } from '../function-names.ts'
import { functionArn } from '../function-names.ts'
import { LATEST } from '../functions.ts'
import type { InvokeConfig } from '../invoke-configs.ts'
import { invalidParameter, notFound } from '../lambda-errors.ts'

export function toInvokeConfig(
  scope: Scope,
  { name, qualifier = LATEST }: FunctionTarget,
  config: InvokeConfig,
): FunctionEventInvokeConfig {
  const { retries, ageMaxSeconds, onSuccess, onFailure, modifiedMs } = config
  return {
    LastModified: dateOf(modifiedMs),
    FunctionArn: functionArn(scope, { name, qualifier }),
    ...(retries !== undefined && { MaximumRetryAttempts: retries }),
    ...(ageMaxSeconds !== undefined && { MaximumEventAgeInSeconds: ageMaxSeconds }),
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  }
}

const ofRecords: ReadonlyArray<DestinationKind> = ['lambda', 'sqs', 'sns', 'events']

/** The function must be there, and so must its destinations. */
export async function readInvokeConfig(
  deps: LambdaDeps,
  scope: Scope,
  target: FunctionTarget,
  input: {
    readonly MaximumRetryAttempts?: number | undefined
    readonly MaximumEventAgeInSeconds?: number | undefined
    readonly DestinationConfig?: DestinationConfig | undefined
  },
): Promise<Omit<InvokeConfig, 'modifiedMs'>> {
  const found = await deps.functions.find(scope, target.name)
  if (!found) throw notFound("The function doesn't exist.")
  await deps.resolver.resolve(scope, target)
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: ageMaxSeconds } = input
  const onSuccess = input.DestinationConfig?.OnSuccess?.Destination
  const onFailure = input.DestinationConfig?.OnFailure?.Destination
  if (retries === undefined && ageMaxSeconds === undefined && !input.DestinationConfig) {
    throw invalidParameter(
      'You must specify at least one of error handling or destination setting.',
    )
  }
  for (const destination of [onSuccess, onFailure]) {
    if (destination === functionArn(scope, target)) {
      throw invalidParameter("You can't specify the function as a destination for itself.")
    }
  }
  const { destinations } = deps
  if (onSuccess) await destinations.validate(scope, target, onSuccess, ofRecords)
  if (onFailure) await destinations.validate(scope, target, onFailure, [...ofRecords, 's3'])
  return {
    ...(retries !== undefined && { retries }),
    ...(ageMaxSeconds !== undefined && { ageMaxSeconds }),
    ...(onSuccess && { onSuccess }),
    ...(onFailure && { onFailure }),
  }
}

export function noInvokeConfig(scope: Scope, { name, qualifier = LATEST }: FunctionTarget): Error {
  return notFound(
    `The function ${functionArn(scope, { name, qualifier })} doesn't have an EventInvokeConfig`,
  )
}
