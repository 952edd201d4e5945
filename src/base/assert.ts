import { InvariantError } from './errors.ts'

/** States an invariant. Its failure is a bug of ours, never an answer to bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

/** The value, or an `InvariantError` where it is absent: for lookups that cannot fail. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new InvariantError(`${what} is absent`)
  return value
}
