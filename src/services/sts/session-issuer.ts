import type { Scope } from '../../base/scope.ts'

/**
 * Temporary credentials: what AssumeRole answers and what functions, jobs and training containers
 * find in their environment, so that an unchanged SDK inside them reaches this server.
 */
export interface SessionIssuer {
  issue(request: SessionRequest): SessionCredentials
}

export interface SessionRequest {
  readonly scope: Scope
  /** The role whose name the session carries, `arn:aws:iam::…:role/name`. */
  readonly roleArn: string
  readonly sessionName: string
  readonly durationSeconds: number
}

export interface SessionCredentials {
  /** Starts with `ASIA`. */
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiresMs: number
}
