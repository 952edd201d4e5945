import type { Scope } from '../base/scope.ts'

/**
 * The operations of this server as its own services call them: by name, with a request in JSON, in the
 * name of a role. Input is read and checked as if it had come from outside.
 */
export interface OwnCalls {
  /** Whether the operation is built: `AWSGlue` and `StartJobRun`. */
  has(target: string, operation: string): Promise<boolean>
  /** Rejects as the operation does. */
  call(request: OwnCall): Promise<void>
}

export interface OwnCall {
  /** The first part of `X-Amz-Target`. */
  readonly target: string
  readonly operation: string
  readonly json: Uint8Array
  readonly scope: Scope
  /** `arn:aws:sts::…:assumed-role/…`. */
  readonly callerArn: string
}
