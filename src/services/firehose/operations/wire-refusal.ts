import { ServiceError } from '../../../base/errors.ts'

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidArgumentException', message)
}

export function refused(what: string): ServiceError {
  return invalid(`${what} is not supported by Headrace yet.`)
}
