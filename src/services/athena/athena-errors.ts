import { ServiceError } from '../../base/errors.ts'

/** The API's errors in AWS's words. */

export function invalidRequest(message: string, code = 'INVALID_INPUT'): ServiceError {
  return new ServiceError('InvalidRequestException', message, { fields: { AthenaErrorCode: code } })
}

export function resourceNotFound(message: string, resourceName: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, {
    fields: { ResourceName: resourceName },
  })
}

export function metadataNotFound(message: string): ServiceError {
  return new ServiceError('MetadataException', message)
}

/** Refuses by name what this build cannot honour. */
export function unsupported(what: string): ServiceError {
  return invalidRequest(`${what} is not supported by Headrace yet`)
}

/** Refuses the first of `members` that `value` sets. */
export function refuseMembers<T extends object>(
  value: T | undefined,
  members: ReadonlyArray<keyof T & string>,
): void {
  const set = members.find((member) => value?.[member] !== undefined && value[member] !== null)
  if (set) throw unsupported(set)
}
