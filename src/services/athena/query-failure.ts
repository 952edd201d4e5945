import { EngineError, ServiceError } from '../../base/errors.ts'
import type { QueryError as QueryErrorType } from '../../engines/query/port.ts'
import { QueryError } from '../../engines/query/port.ts'
import { SqlSyntaxError, UnsupportedSqlError } from './dialect/tokens.ts'

/**
 * Why a query failed, as GetQueryExecution shows it. Categories: 1 system, 2 user
 * (https://docs.aws.amazon.com/athena/latest/ug/error-reference.html).
 */
export interface FailureReport {
  readonly message: string
  readonly category: 1 | 2
  readonly type: number
  readonly retryable: boolean
}

/** A statement that cannot succeed: `name` is one of Trino's, such as `TABLE_NOT_FOUND`. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure'
  readonly report: FailureReport

  constructor(errorName: string, detail: string) {
    super(`${errorName}: ${detail}`)
    this.report = { message: this.message, category: 2, type: typeOf(errorName), retryable: false }
  }
}

/** AWS: recorded from failed executions; 1000 stands for user errors without one of their own. */
const TYPES: Readonly<Record<string, number>> = {
  DIVISION_BY_ZERO: 1001,
  TYPE_MISMATCH: 1002,
  COLUMN_NOT_FOUND: 1006,
  SYNTAX_ERROR: 1006,
  INVALID_CAST_ARGUMENT: 1100,
  NUMERIC_VALUE_OUT_OF_RANGE: 1100,
  INVALID_PARAMETER_USAGE: 1100,
  INVALID_FUNCTION_ARGUMENT: 1106,
  TABLE_ALREADY_EXISTS: 1110,
  NOT_SUPPORTED: 1200,
  TABLE_NOT_FOUND: 1301,
  SCHEMA_NOT_FOUND: 1301,
  FUNCTION_NOT_FOUND: 1303,
}

function typeOf(errorName: string): number {
  return TYPES[errorName] ?? 1000
}

/** `locate` finds a name in the statement as written, for messages with a place. */
export function reportOf(
  error: unknown,
  locate: (name: string) => string | undefined,
): FailureReport {
  if (error instanceof QueryFailure) return error.report
  if (error instanceof UnsupportedSqlError) {
    return { message: error.message, category: 2, type: typeOf('NOT_SUPPORTED'), retryable: false }
  }
  if (error instanceof SqlSyntaxError) return new QueryFailure('SYNTAX_ERROR', error.message).report
  if (error instanceof QueryError && error.kind === 'invalid') {
    return reportOfQueryError(error, locate)
  }
  if (error instanceof RangeError) {
    const detail = 'statement is too large (stack overflow during analysis)'
    return new QueryFailure('GENERIC_USER_ERROR', detail).report
  }
  if (error instanceof EngineError) return reportOfEngine(error)
  if (error instanceof ServiceError) {
    return { message: error.message, category: 2, type: 1000, retryable: false }
  }
  return { message: 'Internal error', category: 1, type: 100, retryable: true }
}

function reportOfEngine(error: EngineError): FailureReport {
  if (error.kind === 'full') {
    const message = `Query exhausted resources at this scale factor (${error.message})`
    return { message, category: 1, type: 0, retryable: false }
  }
  return { message: error.message, category: 1, type: 200, retryable: true }
}

function reportOfQueryError(
  error: QueryErrorType,
  locate: (name: string) => string | undefined,
): FailureReport {
  const name = error.subject ?? ''
  const place = locate(name)
  const at = place ? `${place}: ` : ''
  // Macros raise Trino's errors under Trino's names.
  const raised = /^[A-Za-z ]+ Error: ([A-Z_]+): ([\s\S]*)$/.exec(error.message)
  if (raised?.[1] && raised[2] !== undefined) return new QueryFailure(raised[1], raised[2]).report
  const text = error.message.replace(/^[A-Za-z ]+ Error: /, '')
  switch (error.problem) {
    case 'column-not-found': {
      // AWS: recorded wording.
      const detail = `${at}Column '${name}' cannot be resolved or requester is not authorized to access requested resources`
      return new QueryFailure('COLUMN_NOT_FOUND', detail).report
    }
    case 'function-not-found':
      return new QueryFailure('FUNCTION_NOT_FOUND', `${at}Function '${name}' not registered`).report
    case 'conversion':
      return new QueryFailure('INVALID_CAST_ARGUMENT', text).report
    case 'out-of-range':
      return new QueryFailure('NUMERIC_VALUE_OUT_OF_RANGE', text).report
    case 'type':
      return new QueryFailure('TYPE_MISMATCH', text).report
    case 'input':
    case 'file':
      return new QueryFailure('HIVE_BAD_DATA', text).report
    default:
      return new QueryFailure('GENERIC_USER_ERROR', text).report
  }
}
