import { ServiceError } from '../../base/errors.ts'

/** AWS: every error of Lambda says whose fault it is in a member `Type` (API reference). */
const byUser = { Type: 'User' }

export function invalidParameter(message: string, cause?: unknown): ServiceError {
  return new ServiceError('InvalidParameterValueException', message, { fields: byUser, cause })
}

export function unsupported(what: string): ServiceError {
  return invalidParameter(`${what} is not supported by Headrace yet.`)
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404, fields: byUser })
}

export function functionNotFound(functionArn: string): ServiceError {
  return notFound(`Function not found: ${functionArn}`)
}

export function conflict(message: string): ServiceError {
  return new ServiceError('ResourceConflictException', message, { status: 409, fields: byUser })
}

export function preconditionFailed(getter: string): ServiceError {
  return new ServiceError(
    'PreconditionFailedException',
    `The Revision Id provided does not match the latest Revision Id. Call the ${getter} API to retrieve the latest Revision Id`,
    { status: 412, fields: byUser },
  )
}

export function tooLarge(message: string): ServiceError {
  return new ServiceError('RequestEntityTooLargeException', message, { status: 413 })
}

/** `reason` is one of ThrottleReason: `ReservedFunctionConcurrentInvocationLimitExceeded`, … */
export function tooManyRequests(reason: string, cause?: unknown): ServiceError {
  return new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { Reason: reason, Type: 'User' },
    cause,
  })
}
