import { ServiceError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'

/** IAM is one for all regions of an account. */
export function globalScope({ accountId }: Scope): Scope {
  return { accountId, region: 'aws-global' }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A unique id of the kind that its prefix says: AROA a role, ANPA a managed policy. */
export function createUniqueId(prefix: 'AROA' | 'ANPA', random: Random): string {
  return prefix + [...random.bytes(17)].map((byte) => LETTERS[byte % 32]).join('')
}

export function noSuchEntity(message: string): ServiceError {
  return new ServiceError('NoSuchEntity', message, { status: 404 })
}

export function alreadyExists(message: string): ServiceError {
  return new ServiceError('EntityAlreadyExists', message, { status: 409 })
}

export function deleteConflict(message: string): ServiceError {
  return new ServiceError('DeleteConflict', message, { status: 409 })
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceeded', message, { status: 409 })
}

/** A policy document must be a JSON object with a statement, and not too long. */
export function checkDocument(document: string, charactersMax: number): string {
  const characters = document.replace(/\s/g, '').length
  if (characters > charactersMax) {
    throw limitExceeded(`Maximum policy size of ${charactersMax} bytes exceeded`)
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(document)
  } catch (cause) {
    throw new ServiceError('MalformedPolicyDocument', 'This policy contains invalid Json', {
      cause,
    })
  }
  const statement = (parsed as { Statement?: unknown } | null)?.Statement
  if (typeof statement !== 'object' || statement === null) {
    throw new ServiceError('MalformedPolicyDocument', 'Syntax errors in policy.')
  }
  return document
}
