import { EngineError } from '../../../base/errors.ts'
import { parseXml } from '../../../wire/codec/xml-parser.ts'

/** What went wrong with one attempt. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure'
  /** S3's code, or '' when the store said nothing that could be read. */
  readonly code: string
  /** 0 when there was no answer. */
  readonly status: number

  constructor(
    message: string,
    options: { readonly code?: string; readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code ?? ''
    this.status = options.status ?? 0
  }
}

const passingCodes = ['RequestTimeout', 'SlowDown', 'OperationAborted', 'BadDigest']
const fullCodes = ['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']
const goneCodes = ['NoSuchKey', 'NoSuchUpload']

/** Another attempt may go better. */
export function isPassing({ status, code }: StoreFailure): boolean {
  if (status === 0 || status === 429 || passingCodes.includes(code)) return true
  return status >= 500 && status !== 501 && status !== 507
}

/** What the port's users see of it. */
export function asEngineError(what: string, failure: StoreFailure): EngineError {
  const { status, code, message } = failure
  const text = `the store of objects: ${what}: ${message}`
  if (goneCodes.includes(code)) return new EngineError('not-found', text, failure)
  // It ends before what is asked for begins: a part of it is lost.
  if (status === 416) return new EngineError('corrupt', text, failure)
  if (status === 507 || fullCodes.includes(code)) return new EngineError('full', text, failure)
  return new EngineError('unavailable', text, failure)
}

/** The failure that an answer tells of. */
export function failureOf(status: number, body: Buffer): StoreFailure {
  const { code, message } = errorIn(body)
  // An answer to HEAD has no body.
  const known = code || (status === 404 ? 'NoSuchKey' : '')
  const said = [known, message].filter(Boolean).join(': ')
  return new StoreFailure(`it answered ${status}${said && ` ${said}`}`, { code: known, status })
}

function errorIn(body: Buffer): { readonly code: string; readonly message: string } {
  const nothing = { code: '', message: '' }
  if (body.length === 0) return nothing
  try {
    const { name, children } = parseXml(body)
    if (name !== 'Error') return nothing
    const textOf = (child: string) => children.find((one) => one.name === child)?.text ?? ''
    return { code: textOf('Code'), message: textOf('Message') }
  } catch {
    // Some proxy's page: the status says enough.
    return nothing
  }
}

/** An error within an answer of status 200, as CompleteMultipartUpload may have it. */
export function errorWithin(body: Buffer): StoreFailure | undefined {
  const { code, message } = errorIn(body)
  return code ? new StoreFailure(`${code}: ${message}`, { code, status: 500 }) : undefined
}
