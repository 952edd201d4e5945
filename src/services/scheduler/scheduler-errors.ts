import { ServiceError } from '../../base/errors.ts'

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}

export function invalidExpression(expression: string): ServiceError {
  return validation(`Invalid Schedule Expression ${expression}.`)
}

export function scheduleMissing(name: string): ServiceError {
  return notFound(`Schedule ${name} does not exist.`)
}

export function groupMissing(name: string): ServiceError {
  return notFound(`Schedule group ${name} does not exist.`)
}

export function conflict(message: string): ServiceError {
  return new ServiceError('ConflictException', message, { status: 409 })
}

export function quotaExceeded(message: string): ServiceError {
  return new ServiceError('ServiceQuotaExceededException', message, { status: 402 })
}

/** Refusal by name of what this build does not do. */
export function notSupported(what: string): ServiceError {
  return validation(`${what} is not supported by Headrace yet. Nothing was done.`)
}

function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404 })
}
