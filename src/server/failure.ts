import { EngineError, ServiceError } from '../base/errors.ts'
import type { Dialect } from './dialect.ts'

/** What a caller is told, and whether it is ours to look into. */
export interface Failure {
  readonly error: ServiceError
  readonly unexpected: boolean
}

/**
 * Every failure as an answer. A `ServiceError` passes as it is, also when an engine wrapped it (the
 * body of an upload fails inside the object store). Of an `EngineError` that no noun turned into an
 * answer of its service: `full` is 507 and not retried by SDKs, the ones that pass are 503 and are,
 * `unsupported` is 501. All else is our fault: 500.
 */
export function failureOf(thrown: unknown, dialect: Dialect): Failure {
  if (thrown instanceof ServiceError) return { error: thrown, unexpected: false }
  const cause = thrown instanceof Error ? thrown.cause : undefined
  if (cause instanceof ServiceError) return { error: cause, unexpected: false }
  const named = (name: string) =>
    dialect === 'json' || dialect === 'rest' ? `${name}Exception` : name
  const answer = (code: string, status: number, message: string, unexpected: boolean) => ({
    error: new ServiceError(code, message, { status, cause: thrown }),
    unexpected,
  })
  if (thrown instanceof EngineError) {
    switch (thrown.kind) {
      case 'full':
        return answer(
          named('InsufficientStorage'),
          507,
          'The disk of the server is full. Nothing of this request was stored.',
          true,
        )
      case 'unavailable':
      case 'timeout':
      case 'conflict':
        return answer(
          named('ServiceUnavailable'),
          503,
          'The request has failed due to a temporary failure of the server. Please try again.',
          true,
        )
      case 'unsupported':
        return answer(notImplementedCode(dialect), 501, thrown.message, false)
      case 'not-found':
      case 'corrupt':
      case 'invalid':
        break
    }
  }
  return dialect === 's3'
    ? answer('InternalError', 500, 'We encountered an internal error. Please try again.', true)
    : answer(
        'InternalFailure',
        500,
        'The request processing has failed because of an unknown error, exception or failure.',
        true,
      )
}

/** A refusal by name: of an operation, or of one member of its input. */
export function notBuilt(dialect: Dialect, message: string): ServiceError {
  return new ServiceError(notImplementedCode(dialect), message, { status: 501 })
}

function notImplementedCode(dialect: Dialect): string {
  return dialect === 'json' || dialect === 'rest' ? 'NotImplementedException' : 'NotImplemented'
}
