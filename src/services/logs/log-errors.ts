import { ServiceError } from '../../base/errors.ts'

export function noSuchGroup(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.')
}

export function noSuchStream(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.')
}

export function invalidParameter(message: string, cause?: unknown): ServiceError {
  return new ServiceError('InvalidParameterException', message, { cause })
}

export function unsupported(what: string): ServiceError {
  return invalidParameter(`${what} is not supported by Headrace yet.`)
}
