import type { Readable } from 'node:stream'
import type { ServiceError } from '../base/errors.ts'

/** A request as the protocols see it, whatever carried it (HTTP/1.1 or HTTP/2). */
export interface WireRequest {
  readonly method: string
  /** As sent: percent-encoded, without the query. For S3 in path style, whatever the client used. */
  readonly rawPath: string
  readonly rawQuery: string
  /** Lower-case names; repeated headers joined with `,`. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body after `aws-chunked` was taken off; verified as it is read. */
  readonly stream: Readable
  /** The whole body; rejects with `RequestEntityTooLargeException` beyond the limit. */
  bytes(): Promise<Buffer>
}

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Absent: no body. A stream is sent as it comes. */
  readonly body?: Uint8Array | string | Readable
}

/** One operation of one service, found from a request: how to read its input and write its answer. */
export interface WireOperation {
  /** Model name (`kinesis`) and operation name (`PutRecords`). */
  readonly service: string
  readonly operation: string
  /** Service in the credential scope of its signatures (`logs` for `cloudwatch-logs`). */
  readonly signingName: string
  /** Members of the input shape by name, for refusing those that a build does not serve. */
  readonly inputMembers: ReadonlyArray<string>
  /**
   * The input, decoded and checked against shape and constraints. Throws `ServiceError`
   * (`SerializationException`, `ValidationException`, … as the protocol and service word them).
   */
  readInput(request: WireRequest): Promise<unknown>
  writeOutput(output: unknown, requestId: string): WireResponse
  writeError(error: ServiceError, requestId: string): WireResponse
}

/** What the wire layer gives the server. */
export interface Wire {
  /**
   * Finds service and operation: `X-Amz-Target`, CBOR paths, `Action` of a form body, or method and
   * path of a REST service. `signingName` is the service of the credential scope, when signed.
   * Never throws for what a client sent: an unknown target or path comes back as `unknown`, with a
   * writer in the protocol that the client seems to speak.
   */
  identify(request: WireRequest, signingName: string | undefined): Promise<Identified>
}

export type Identified =
  | { readonly kind: 'operation'; readonly operation: WireOperation }
  | {
      readonly kind: 'unknown'
      readonly error: ServiceError
      writeError(error: ServiceError, requestId: string): WireResponse
    }
