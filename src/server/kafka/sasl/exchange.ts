import type { Scope } from '../../../base/scope.ts'

/** The server's half of one SASL conversation. */
export interface SaslExchange {
  /** Takes the next message of the client. Not called again once it is `done` or has `failed`. */
  step(message: Buffer): Promise<SaslStep>
}

export type SaslStep =
  | { readonly outcome: 'continue'; readonly reply: Buffer }
  | { readonly outcome: 'done'; readonly reply: Buffer; readonly identity: SaslIdentity }
  /** `reason` may be told to the client. */
  | { readonly outcome: 'failed'; readonly reason: string }

/** Who a client proved to be. */
export interface SaslIdentity {
  /** Such as `User:alice`. */
  readonly principal: string
  readonly scope: Scope
  /** When what it showed ends to be valid; absent: never. */
  readonly expiresMs?: number
}

export function failed(reason: string): SaslStep {
  return { outcome: 'failed', reason }
}
