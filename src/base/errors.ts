/**
 * The three kinds of failure. Who may cure it decides the kind: the caller (`ServiceError`), the
 * world (`EngineError`), or we ourselves (`InvariantError`). None is ever matched by its text.
 */

/** A failure that the caller can act on. `code` is the wire name, so no second table maps it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: string
  /** HTTP status of the answer. */
  readonly status: number
  /** Further members of the modelled error, by their wire names (S3's `BucketName`, …). */
  readonly fields: Readonly<Record<string, unknown>>
  /** Headers of the answer (S3 only), lower case. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: string,
    message: string,
    options: {
      readonly status?: number
      readonly fields?: Readonly<Record<string, unknown>>
      readonly headers?: Readonly<Record<string, string>>
      readonly cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status ?? 400
    this.fields = options.fields ?? {}
    this.headers = options.headers ?? {}
  }
}

export type EngineErrorKind =
  | 'not-found'
  | 'conflict'
  | 'unavailable'
  | 'full'
  | 'corrupt'
  | 'invalid'
  | 'timeout'
  | 'unsupported'

/** The world is at fault: adapters fold vendor errors into one of a few kinds and keep the cause. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly kind: EngineErrorKind

  constructor(kind: EngineErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
  }
}

/** We are at fault. Nobody catches it but the request chain, which answers 500. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** True for the errors that Node raises with a `code` such as ENOENT. */
export function hasErrorCode(error: unknown, ...codes: ReadonlyArray<string>): boolean {
  return error instanceof Error && codes.includes(String((error as NodeJS.ErrnoException).code))
}
