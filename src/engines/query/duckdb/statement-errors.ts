import type { QueryProblem } from '../port.ts'
import type { Failure } from './messages.ts'

/** DuckDB's errors as data (`errors_as_json`): https://duckdb.org/docs/stable/configuration/overview */
interface VendorError {
  readonly exception_type?: string
  readonly exception_message?: string
  readonly error_subtype?: string
  readonly position?: string
  readonly type?: string
  readonly name?: string
  readonly errno?: string
}

const NO_SPACE_LEFT = '28'

export function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error)
  const vendor = parseVendorError(text)
  if (!vendor) return { kind: 'invalid', message: text, problem: 'other' }
  const message = `${vendor.exception_type} Error: ${vendor.exception_message}`
  const type = vendor.exception_type ?? ''
  if (type === 'INTERRUPT') return { kind: 'timeout', message, problem: 'other' }
  if (type === 'Out of Memory' || vendor.errno === NO_SPACE_LEFT) {
    return { kind: 'full', message, problem: 'other' }
  }
  if (type === 'FATAL' || type === 'INTERNAL') {
    return { kind: 'unavailable', message, problem: 'other', fatal: true }
  }
  return {
    kind: 'invalid',
    message,
    problem: problemOf(vendor),
    position: vendor.position === undefined ? undefined : Number(vendor.position),
    subject: vendor.name,
  }
}

/** Parser errors put `Parser Error: ` before the document. */
function parseVendorError(text: string): VendorError | undefined {
  const start = text.indexOf('{')
  if (start < 0) return undefined
  try {
    const parsed: unknown = JSON.parse(text.slice(start))
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    // Not a document: the text itself is all there is to say.
    return undefined
  }
}

function problemOf(vendor: VendorError): QueryProblem {
  if (vendor.error_subtype === 'COLUMN_NOT_FOUND') return 'column-not-found'
  if (vendor.error_subtype === 'NO_MATCHING_FUNCTION') return 'type'
  if (vendor.error_subtype === 'MISSING_ENTRY') {
    return vendor.type?.includes('Function') ? 'function-not-found' : 'table-not-found'
  }
  switch (vendor.exception_type) {
    case 'Parser':
      return 'syntax'
    case 'Conversion':
      return 'conversion'
    case 'Out of Range':
      return 'out-of-range'
    case 'Permission':
      return 'not-permitted'
    case 'Not implemented':
      return 'not-supported'
    case 'Mismatch Type':
    case 'Binder':
      return 'type'
    case 'IO':
      return 'file'
    case 'Invalid Input':
      return 'input'
    default:
      return 'other'
  }
}
