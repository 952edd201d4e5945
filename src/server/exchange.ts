import type { Readable } from 'node:stream'
import type { WireResponse } from '../wire/request.ts'
import type { HeaderFields } from './signature.ts'

/** One request and its answer, whatever carried them (HTTP/1.1 or HTTP/2). */
export interface Exchange {
  readonly method: string
  /** Percent-encoded as sent, without the query. */
  readonly rawPath: string
  readonly rawQuery: string
  /** Lower-case names; repeated headers joined with `,`. `host` is there under HTTP/2, too. */
  readonly headers: HeaderFields
  /** Undefined when the head says that there is no body. */
  readonly body: Readable | undefined
  readonly sourceAddress: string
  readonly secure: boolean
  /** To be called before the body is read: a client that waits for `100 Continue` gets it. */
  askForBody(): void
  /** Called when the client has been silent for too long in the middle of its body. */
  onIdle(listener: () => void): void
  /** Sends the answer; once. A client that has gone is no error. */
  send(response: WireResponse): void
  /** Cuts the connection (HTTP/2: the stream) without an answer. */
  abandon(): void
  /** Called once: the answer is out (`complete`), or the client went away before. */
  onClose(listener: (complete: boolean, sentBytes: number) => void): void
}

/** `/a/b?c=d` as path and query; the absolute form that proxies get is cut to that. */
export function splitTarget(target: string): {
  readonly rawPath: string
  readonly rawQuery: string
} {
  const origin = target.startsWith('/') ? null : /^https?:\/\/[^/?]*/i.exec(target)
  const local = origin ? target.slice(origin[0].length) : target
  const mark = local.indexOf('?')
  if (mark < 0) return { rawPath: local || '/', rawQuery: '' }
  return { rawPath: local.slice(0, mark) || '/', rawQuery: local.slice(mark + 1) }
}

export function sizeOf(body: Uint8Array | string | undefined): number {
  if (body === undefined) return 0
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length
}
