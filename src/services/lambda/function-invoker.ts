import type { Scope } from '../../base/scope.ts'

/** How other services call a function: Firehose transforms, S3 notifications, event sources. */
export interface FunctionInvoker {
  /**
   * Runs the function and waits. Resolves also when user code failed (`functionError`); rejects
   * with `ResourceNotFoundException` or `TooManyRequestsException` as the Lambda API does.
   */
  invoke(scope: Scope, request: InvokeRequest): Promise<InvokeAnswer>
  /** Accepts the event durably and answers at once; retried twice on failure, as Lambda does. */
  invokeLater(scope: Scope, request: InvokeRequest): Promise<void>
}

export interface InvokeRequest {
  /** Name, partial ARN or ARN, with or without a qualifier. */
  readonly functionName: string
  /** JSON. */
  readonly payload: Uint8Array
  /** JSON of an API caller's own context, in base64. */
  readonly clientContext?: string
  readonly signal?: AbortSignal
}

export interface InvokeAnswer {
  readonly requestId: string
  readonly payload: Uint8Array
  /** `Unhandled` when the function threw, timed out or exited. */
  readonly functionError?: string
  /** The last 4 KB of the log of this invocation. */
  readonly logTail: string
}
