import type { ServiceError } from '../base/errors.ts'
import type { RequestContext } from '../wire/operation.ts'
import type { WireResponse } from '../wire/request.ts'
import type { Dialect } from './dialect.ts'
import type { Exchange } from './exchange.ts'
import { json } from './own-pages.ts'

/** One request on its way down the chain: what is known of it so far. */
export interface Passage {
  readonly exchange: Exchange
  requestId: string
  readonly startedMs: number
  service: string
  operation: string
  dialect: Dialect
  writeError: (error: ServiceError, requestId: string) => WireResponse
  /** The answer has begun and has no known end (an event stream). */
  endless: boolean
  /** The caller went away, or the server gave up on him. */
  gone: boolean
  controller: AbortController | undefined
  /** What was asked and by whom, once it is known. */
  asked: { readonly input: unknown; readonly context: RequestContext } | undefined
  errorCode: string | undefined
}

export function createPassage(exchange: Exchange, requestId: string, startedMs: number): Passage {
  return {
    exchange,
    requestId,
    startedMs,
    service: 'unknown',
    operation: 'unknown',
    dialect: 'rest',
    writeError: plainError,
    endless: false,
    gone: false,
    controller: undefined,
    asked: undefined,
    errorCode: undefined,
  }
}

/** Aborts when the caller goes away; made when first asked for. */
export function signalOf(passage: Passage): AbortSignal {
  passage.controller ??= new AbortController()
  if (passage.gone) passage.controller.abort()
  return passage.controller.signal
}

export function abortPassage(passage: Passage): void {
  passage.gone = true
  passage.controller?.abort()
}

/** From now on the passage speaks so. */
export function setDialect(passage: Passage, dialect: Dialect): void {
  if (dialect === 's3') passage.requestId = objectRequestId(passage.requestId)
  passage.dialect = dialect
}

function plainError(error: ServiceError, requestId: string): WireResponse {
  const { code, message } = error
  const { headers, ...answer } = json(error.status, { code, message, requestId })
  return { ...answer, headers: { ...headers, 'x-amzn-requestid': requestId } }
}

// AWS: S3 names its requests by sixteen capital letters and digits, all others by a UUID.
function objectRequestId(requestId: string): string {
  return requestId.replaceAll('-', '').slice(0, 16).toUpperCase()
}
