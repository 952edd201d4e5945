import { ServiceError } from '../../../base/errors.ts'
import { invalidInput } from '../catalog-errors.ts'

/**
 * A request of the job, member by member; a member of another type throws `InvalidInputException`.
 */
export interface RequestMembers {
  text(name: string): string
  optionalText(name: string): string | undefined
  optionalCount(name: string): number | undefined
  flag(name: string, fallback: boolean): boolean
  texts(name: string): ReadonlyArray<string>
  /** Lists of texts, or of anything else: each is given to `read`. */
  list<T>(name: string, read: (item: unknown) => T): ReadonlyArray<T>
  object(name: string): Readonly<Record<string, unknown>>
  /** One of the words; the first when absent. */
  choice<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word
}

type Json = Readonly<Record<string, unknown>>

/** Refuses members that the operation does not know. */
export function readMembers(request: Json, known: ReadonlyArray<string>): RequestMembers {
  const other = Object.keys(request).find((name) => !['id', 'op', ...known].includes(name))
  if (other) throw unsupportedOperation(`${String(request['op'])} with ${other}`)
  const wrong = (name: string, what: string) =>
    invalidInput(`${String(request['op'])}: ${name} must be ${what}`)
  const present = (name: string) => request[name] !== undefined && request[name] !== null

  function text(name: string): string {
    const value = request[name]
    if (typeof value !== 'string') throw wrong(name, 'text')
    return value
  }

  function list<T>(name: string, read: (item: unknown) => T): ReadonlyArray<T> {
    const value = present(name) ? request[name] : []
    if (!Array.isArray(value)) throw wrong(name, 'a list')
    return value.map(read)
  }

  return {
    text,
    list,
    optionalText: (name) => (present(name) ? text(name) : undefined),
    optionalCount(name) {
      const value = present(name) ? request[name] : undefined
      if (value === undefined) return undefined
      if (typeof value !== 'number' || !(value >= 0)) throw wrong(name, 'a number')
      return value
    },
    flag(name, fallback) {
      const value = present(name) ? request[name] : fallback
      if (typeof value !== 'boolean') throw wrong(name, 'true or false')
      return value
    },
    texts: (name) =>
      list(name, (item) => {
        if (typeof item !== 'string') throw wrong(name, 'a list of texts')
        return item
      }),
    object(name) {
      const value = present(name) ? request[name] : {}
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw wrong(name, 'an object')
      }
      return value as Json
    },
    choice(name, words) {
      const value = present(name) ? text(name) : words[0]
      const found = words.find((word) => word === value)
      if (found === undefined) throw wrong(name, `one of ${words.join(', ')}`)
      return found
    },
  }
}

export const unsupportedOperation = (what: string) =>
  new ServiceError('UnsupportedOperationException', `${what} is not supported by Headrace yet`)
