import { ServiceError } from '../../base/errors.ts'

export function invalidParameter(what: string): ServiceError {
  return new ServiceError('InvalidParameter', `Invalid parameter: ${what}`)
}

export function notFound(message: string): ServiceError {
  return new ServiceError('NotFound', message, { status: 404 })
}

/** For what AWS has and this build has not; nothing was done. */
export function notBuilt(what: string): ServiceError {
  return new ServiceError(
    'InvalidParameter',
    `${what} is not supported by Headrace; nothing was done.`,
  )
}

/** AWS's sentence for callers whom no policy lets in. */
export function notAuthorized(callerArn: string, action: string, resource: string): ServiceError {
  return new ServiceError(
    'AuthorizationError',
    `User: ${callerArn} is not authorized to perform: SNS:${action} on resource: ${resource} because no resource-based policy allows the SNS:${action} action`,
    { status: 403 },
  )
}

/** The six parts of an ARN, or AWS's refusal that names the parameter. */
export function expectArn(parameter: string, text: string | undefined): string {
  if (!text) throw invalidParameter(`${parameter} Reason: no value for required parameter`)
  const count = text.split(':').length
  if (count < 6) {
    throw invalidParameter(
      `${parameter} Reason: An ARN must have at least 6 elements, not ${count}`,
    )
  }
  return text
}
