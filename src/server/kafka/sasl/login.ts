import type { Clock } from '../../../base/clock.ts'
import type { KafkaRequest, KafkaResponse } from '../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../wire/kafka/errors.ts'
import { kafkaLimits } from '../limits.ts'
import type { SaslExchange, SaslIdentity, SaslStep } from './exchange.ts'
import { failed } from './exchange.ts'
import type { SaslMechanisms } from './mechanisms.ts'

export interface LoginDeps {
  readonly mechanisms: SaslMechanisms
  readonly clock: Clock
  /** Nobody else can read the connection. */
  readonly isPrivate: boolean
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal
  /** Why this connection may not log in now; undefined when it may. */
  readonly refusal: () => KafkaErrorName | undefined
  /** Lets the identity in, or answers why not. */
  readonly enter: (
    identity: SaslIdentity,
    version: number,
    mechanism: string,
  ) => Promise<string | undefined>
  /** Told of every login that failed, with what the client was told. */
  readonly onFailure: (mechanism: string, reason: string) => void
}

/** A response, and whether the connection ends behind it. */
export interface LoginAnswer<Response> {
  readonly response: Response
  readonly last: boolean
}

/** SASL as Kafka carries it: a handshake that names the mechanism, then its messages (KIP-43, KIP-152). */
export interface Login {
  handshake(
    request: KafkaRequest<'saslHandshake'>,
    version: number,
  ): LoginAnswer<KafkaResponse<'saslHandshake'>>
  authenticate(
    request: KafkaRequest<'saslAuthenticate'>,
    version: number,
  ): Promise<LoginAnswer<KafkaResponse<'saslAuthenticate'>>>
  /** After a handshake of version 0 the messages come as they are, in frames of their own. */
  expectsRawMessage(): boolean
  /** The reply to such a message; undefined when the connection has to end. */
  rawMessage(message: Buffer): Promise<Buffer | undefined>
}

/** Version of SaslAuthenticate since which a client hears how long its session lives. */
const LIFETIME_SINCE = 1
/** As good as a version: who sends raw messages hears nothing of sessions. */
const RAW_VERSION = 0

interface Attempt {
  readonly mechanism: string
  readonly exchange: SaslExchange
  readonly isRaw: boolean
}

export function createLogin(deps: LoginDeps): Login {
  const { mechanisms, clock, isPrivate } = deps
  let attempt: Attempt | undefined

  /** One message further; an attempt that ended is forgotten. */
  async function step({ mechanism, exchange }: Attempt, message: Buffer, version: number) {
    const isTooLong = message.length > kafkaLimits.saslMessageSizeMax
    let taken = isTooLong ? failed('The message is too long.') : await exchange.step(message)
    if (taken.outcome === 'done') {
      const refusal = await deps.enter(taken.identity, version, mechanism)
      if (refusal !== undefined) taken = failed(refusal)
    }
    if (taken.outcome !== 'continue') attempt = undefined
    if (taken.outcome === 'failed') {
      deps.onFailure(mechanism, taken.reason)
      // Who guesses, or tries again and again, is slowed down.
      await clock.sleep(kafkaLimits.failedLoginDelayMs, deps.gone)
    }
    return taken
  }

  return {
    handshake({ mechanism }, version) {
      const refusal = deps.refusal()
      const exchange = refusal ? undefined : mechanisms.begin(mechanism, isPrivate)
      if (exchange) {
        attempt = { mechanism, exchange, isRaw: version === 0 }
        return { response: { errorCode: 0, mechanisms: mechanisms.names(isPrivate) }, last: false }
      }
      const error = refusal ?? 'UNSUPPORTED_SASL_MECHANISM'
      deps.onFailure(mechanism.slice(0, 64), error)
      const errorCode = kafkaErrorCode(error)
      return { response: { errorCode, mechanisms: mechanisms.names(isPrivate) }, last: true }
    },
    async authenticate({ authBytes }, version) {
      if (!attempt) {
        const reason = 'SaslAuthenticate request received before a SaslHandshake'
        return { response: failure('ILLEGAL_SASL_STATE', reason), last: true }
      }
      const taken = await step(attempt, authBytes, version)
      if (taken.outcome === 'failed') {
        return { response: failure('SASL_AUTHENTICATION_FAILED', taken.reason), last: true }
      }
      const response = { errorCode: 0, errorMessage: null, authBytes: taken.reply }
      const sessionLifetimeMs = version >= LIFETIME_SINCE ? lifetimeMs(taken, clock) : 0
      return { response: { ...response, sessionLifetimeMs }, last: false }
    },
    expectsRawMessage: () => attempt?.isRaw === true,
    async rawMessage(message) {
      if (!attempt) return undefined
      const taken = await step(attempt, message, RAW_VERSION)
      return taken.outcome === 'failed' ? undefined : taken.reply
    },
  }
}

/** How long what the client showed is valid; 0: for ever. */
function lifetimeMs(taken: SaslStep, clock: Clock): number {
  if (taken.outcome !== 'done' || taken.identity.expiresMs === undefined) return 0
  return Math.max(1, taken.identity.expiresMs - clock.wallMs())
}

function failure(error: KafkaErrorName, errorMessage: string) {
  return { errorCode: kafkaErrorCode(error), errorMessage, authBytes: Buffer.alloc(0) }
}
