import { ServiceError } from '../../../base/errors.ts'

export function refused(what: string): ServiceError {
  return new ServiceError('ValidationException', `${what} is not supported by Headrace yet.`)
}
