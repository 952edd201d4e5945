import { ServiceError } from '../../base/errors.ts'

/** The catalog's errors in AWS's words. */
export const entityNotFound = (message: string) =>
  new ServiceError('EntityNotFoundException', message)

export const alreadyExists = (message: string) =>
  new ServiceError('AlreadyExistsException', message)

export const invalidInput = (message: string) => new ServiceError('InvalidInputException', message)

/** Refuses by name what this build cannot honour. */
export const unsupported = (what: string) =>
  invalidInput(`${what} is not supported by Headrace yet`)

/** Refuses the first of `members` that `value` sets. */
export function refuseMembers<T extends object>(
  value: T | undefined,
  members: ReadonlyArray<keyof T & string>,
): void {
  const set = members.find((member) => value?.[member] !== undefined && value[member] !== null)
  if (set) throw unsupported(set)
}
