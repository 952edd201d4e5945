import { ServiceError } from '../../base/errors.ts'

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message)
}

export function limitExceeded(): ServiceError {
  return new ServiceError(
    'LimitExceededException',
    'The requested resource exceeds the maximum number allowed.',
  )
}

/** Refusal by name of what this build does not do. */
export function notSupported(what: string): ServiceError {
  return validation(`${what} is not supported by Headrace yet. Nothing was done.`)
}
