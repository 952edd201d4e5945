import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Scope } from '../../base/scope.ts'
import type { Access } from '../../services/kafka/access/access.ts'
import type { BrokerRules, ClientEntry } from '../../services/kafka/broker-rules.ts'
import type { KafkaApiName, KafkaRequest, KafkaResponse } from '../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../wire/kafka/errors.ts'
import type { KafkaCodec, KafkaRequestHeader, KafkaServedRequest } from '../../wire/kafka/frames.ts'
import { MalformedFrame } from '../../wire/kafka/malformed-frame.ts'
import type {
  BoundKafkaOperation,
  KafkaConnection,
  KafkaService,
} from '../../wire/kafka/operation.ts'
import { apiVersionsResponse } from './api-versions.ts'
import type { Answer, Served } from './channel.ts'
import { errorResponse } from './error-responses.ts'
import { kafkaFailureOf } from './kafka-failure.ts'
import { kafkaLimits } from './limits.ts'
import type { SaslIdentity } from './sasl/exchange.ts'
import type { Login, LoginAnswer } from './sasl/login.ts'
import { createLogin } from './sasl/login.ts'
import type { SaslMechanisms } from './sasl/mechanisms.ts'

/** What all conversations share. */
export interface ConversationDeps {
  readonly service: KafkaService
  readonly access: Pick<Access, 'hold' | 'quotas'>
  readonly rules: Pick<BrokerRules, 'entryRefusal'>
  readonly mechanisms: SaslMechanisms
  readonly codec: KafkaCodec
  readonly clock: Clock
  readonly metrics: Metrics
}

/** Who is at the other end, as far as the connection itself says. */
export interface Caller {
  readonly id: string
  readonly clientAddress: string
  readonly advertised: { readonly host: string; readonly port: number }
  /** Nobody else can read the connection. */
  readonly isPrivate: boolean
  readonly isEncrypted: boolean
  /** Who it is without a login; undefined: it has to log in. */
  readonly identity: SaslIdentity | undefined
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal
  /** Aborts when the connection is gone or the server drains. */
  readonly signal: AbortSignal
  readonly log: Logger
}

/** As whom requests are served. */
interface Session {
  readonly connection: KafkaConnection
  readonly release: () => void
  /** Of a login; a session without one may be given up for one as long as it served nothing. */
  readonly isLogin: boolean
  readonly expiresMs: number | undefined
}

const NOTHING: Answer = { bytes: [], muteMs: 0, last: false }
const FAREWELL: Answer = { bytes: [], muteMs: 0, last: true }
/** Who comes without a login and without a certificate. */
export const ANONYMOUS = 'User:ANONYMOUS'
/** APIs that a client may use before it is known. */
const builtIn: ReadonlyArray<KafkaApiName> = ['apiVersions', 'saslHandshake', 'saslAuthenticate']

/** The broker's side of one connection: what each frame means, who asks, and what is answered. */
export class Conversation {
  readonly #deps: ConversationDeps
  readonly #caller: Caller
  readonly #login: Login
  #session: Session | undefined
  #hasServed = false
  /** The account takes nobody who comes as this client did. */
  #mustLogin = false

  constructor(deps: ConversationDeps, caller: Caller) {
    this.#deps = deps
    this.#caller = caller
    this.#login = createLogin({
      ...deps,
      isPrivate: caller.isPrivate,
      gone: caller.gone,
      refusal: () => this.#loginRefusal(),
      enter: (identity, version, mechanism) => this.#enter(identity, version, mechanism),
      onFailure: (mechanism, reason) => {
        this.#countError('saslAuthenticate', 'SASL_AUTHENTICATION_FAILED')
        caller.log.warn({ mechanism, reason }, 'a Kafka client failed to log in')
      },
    })
    caller.gone.addEventListener('abort', () => this.#session?.release(), { once: true })
  }

  /** To be awaited before the first frame: whoever needs no login is let in. */
  async begin(): Promise<void> {
    const { identity, isEncrypted } = this.#caller
    if (!identity) return
    const by = identity.principal === ANONYMOUS ? 'nothing' : 'certificate'
    const refusal = await this.#deps.rules.entryRefusal(identity.scope, { by, isEncrypted })
    if (refusal === undefined) return this.#open(identity, false, undefined)
    this.#mustLogin = true
    this.#caller.log.debug({ refusal }, 'a Kafka client has to log in')
  }

  /** It needs no login, or has done it. */
  mayStay(): boolean {
    if (this.#session) return true
    return this.#caller.identity !== undefined && !this.#mustLogin
  }

  frameSizeMax(): number {
    return this.#session ? kafkaLimits.frameSizeMax : kafkaLimits.unknownFrameSizeMax
  }

  /** Throws `MalformedFrame` when the client cannot be answered. */
  serve(frame: Buffer): Served {
    if (this.#login.expectsRawMessage()) return alone(this.#answerRaw(frame))
    const decoded = this.#deps.codec.decodeRequest(frame)
    const { header } = decoded
    if (decoded.kind === 'request') return this.#serveRequest(decoded)
    if (decoded.kind === 'unsupported-version' && decoded.name === 'apiVersions') {
      return alone(Promise.resolve(this.#answerVersions({ ...header, apiVersion: 0 }, false)))
    }
    throw new MalformedFrame(`API ${header.apiKey} version ${header.apiVersion} is not served`)
  }

  #serveRequest(decoded: KafkaServedRequest): Served {
    const { header, name } = decoded
    this.#deps.metrics.record('headrace_kafka_requests_total', { api: name }, 1)
    switch (decoded.name) {
      case 'apiVersions':
        return together(Promise.resolve(this.#answerVersions(header, true)))
      case 'saslHandshake': {
        const answer = this.#login.handshake(decoded.request, header.apiVersion)
        return alone(Promise.resolve(this.#loginAnswer(decoded.name, header, answer)))
      }
      case 'saslAuthenticate':
        return alone(
          this.#safely(
            decoded,
            this.#login
              .authenticate(decoded.request, header.apiVersion)
              .then((answer) => this.#loginAnswer('saslAuthenticate', header, answer)),
          ),
        )
      default:
        return this.#serveOperation(decoded)
    }
  }

  #serveOperation(decoded: KafkaServedRequest): Served {
    const { header, name, request } = decoded
    const session = this.#session
    if (!session || this.#hasExpired(session)) {
      const reason = session ? 'its session has expired' : 'it has to log in first'
      this.#caller.log.warn({ api: name, reason }, 'a Kafka client was sent away')
      this.#countError(name, 'SASL_AUTHENTICATION_FAILED')
      return alone(Promise.resolve(FAREWELL))
    }
    const operation = this.#deps.service.operations.get(name)
    if (!operation)
      return together(Promise.resolve(this.#answerError(decoded, 'UNSUPPORTED_VERSION')))
    this.#hasServed = true
    const { apiVersion, clientId } = header
    const { connection } = session
    const answer = run(operation, request, { connection, apiVersion, clientId }).then((response) =>
      this.#answerResponse(decoded, response, connection),
    )
    const answerBytes = decoded.name === 'fetch' ? fetchBytes(decoded.request) : 0
    return { answerBytes, alone: false, answer: this.#safely(decoded, answer) }
  }

  #answerResponse(
    { name, header }: KafkaServedRequest,
    response: unknown,
    connection: KafkaConnection,
  ): Answer {
    const given = response as KafkaResponse<KafkaApiName> | undefined
    const bytes = given ? this.#deps.codec.encodeResponse(name, header, given) : []
    const muteMs = given ? throttleOf(given) : this.#debtOf(connection, header)
    if (muteMs > 0) this.#deps.metrics.record('headrace_kafka_throttled_total', { api: name }, 1)
    return { ...NOTHING, bytes, muteMs }
  }

  /** Who wants no answers cannot be told to be silent, and is made so all the same. */
  #debtOf(connection: KafkaConnection, { clientId }: KafkaRequestHeader): number {
    return this.#deps.access.quotas.charge(connection, clientId ?? '', 'producer_byte_rate', 0)
  }

  /** An answer in any case. */
  async #safely(decoded: KafkaServedRequest, answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer.catch((error) => this.#answerFailure(decoded, error))
    } catch (error) {
      this.#caller.log.error({ api: decoded.name, err: error }, 'a Kafka request has no answer')
      return FAREWELL
    }
  }

  #answerFailure(decoded: KafkaServedRequest, thrown: unknown): Answer {
    const { error, unexpected } = kafkaFailureOf(thrown)
    const fields = { api: decoded.name, error, err: thrown }
    // Whoever has gone is not answered, and may have made his requests fail by going.
    const isOurs = unexpected && !this.#caller.gone.aborted
    if (isOurs) this.#caller.log.error(fields, 'a Kafka request failed')
    else this.#caller.log.debug(fields, 'a Kafka request was refused')
    return this.#answerError(decoded, error)
  }

  /** The error at all the places that the response has for one; without one the connection ends. */
  #answerError({ name, header, request }: KafkaServedRequest, error: KafkaErrorName): Answer {
    this.#countError(name, error)
    // Who wants no answer can only be told by cutting the connection, as Apache Kafka does.
    if (name === 'produce' && request.acks === 0) return FAREWELL
    const response = errorResponse(name, request as never, kafkaErrorCode(error))
    if (!response) return FAREWELL
    return { ...NOTHING, bytes: this.#deps.codec.encodeResponse(name, header, response) }
  }

  #answerVersions(header: KafkaRequestHeader, isServed: boolean): Answer {
    const names = [...builtIn, ...this.#deps.service.operations.keys()]
    const response = apiVersionsResponse(names, isServed ? 'NONE' : 'UNSUPPORTED_VERSION')
    return { ...NOTHING, bytes: this.#deps.codec.encodeResponse('apiVersions', header, response) }
  }

  #loginAnswer<Name extends 'saslHandshake' | 'saslAuthenticate'>(
    name: Name,
    header: KafkaRequestHeader,
    { response, last }: LoginAnswer<KafkaResponse<Name>>,
  ): Answer {
    return { ...NOTHING, bytes: this.#deps.codec.encodeResponse(name, header, response), last }
  }

  async #answerRaw(message: Buffer): Promise<Answer> {
    try {
      const reply = await this.#login.rawMessage(message)
      if (!reply) return FAREWELL
      const size = Buffer.alloc(4)
      size.writeInt32BE(reply.length)
      return { ...NOTHING, bytes: [size, reply] }
    } catch (error) {
      this.#caller.log.error({ err: error }, 'a login failed')
      return FAREWELL
    }
  }

  #loginRefusal(): KafkaErrorName | undefined {
    const isTooLate = this.#hasServed && this.#session?.isLogin === false
    return isTooLate ? 'ILLEGAL_SASL_STATE' : undefined
  }

  /** Answers why the identity is not let in. */
  async #enter(
    identity: SaslIdentity,
    version: number,
    mechanism: string,
  ): Promise<string | undefined> {
    const entry = { by: wayOf(mechanism), isEncrypted: this.#caller.isEncrypted }
    const refusal = await this.#deps.rules.entryRefusal(identity.scope, entry)
    if (refusal !== undefined) return refusal
    const before = this.#session
    if (before?.isLogin) {
      const { principal, accountId, region } = before.connection
      const { scope } = identity
      const isSame =
        principal === identity.principal && accountId === scope.accountId && region === scope.region
      if (!isSame) return 'Cannot change principals during re-authentication.'
    }
    // Who cannot hear of a lifetime is not held to it, as with Apache Kafka (KIP-368).
    const expiresMs = version >= 1 ? identity.expiresMs : undefined
    await this.#open(identity, true, expiresMs)
    return undefined
  }

  async #open(
    { principal, scope }: SaslIdentity,
    isLogin: boolean,
    expiresMs: number | undefined,
  ): Promise<void> {
    const { id, clientAddress, advertised, signal, gone, log } = this.#caller
    const before = this.#session
    if (before?.isLogin) {
      // The same as before, for longer: what is kept for the connection stays.
      this.#session = { ...before, expiresMs }
      return
    }
    const release = await this.#deps.access.hold(scope)
    before?.release()
    if (gone.aborted) release()
    const known: Scope = { accountId: scope.accountId, region: scope.region }
    const connection = { ...known, id, principal, clientAddress, advertised, signal, log }
    this.#session = { connection, release, isLogin, expiresMs }
  }

  #hasExpired({ expiresMs }: Session): boolean {
    return expiresMs !== undefined && this.#deps.clock.wallMs() >= expiresMs
  }

  #countError(api: KafkaApiName, error: KafkaErrorName): void {
    this.#deps.metrics.record('headrace_kafka_errors_total', { api, error }, 1)
  }
}

/** Tokens are those of IAM; a password is what AWS's clusters do not take as it is. */
function wayOf(mechanism: string): ClientEntry['by'] {
  if (mechanism.startsWith('SCRAM-')) return 'scram'
  return mechanism === 'PLAIN' ? 'password' : 'iam'
}

function alone(answer: Promise<Answer>): Served {
  return { answerBytes: 0, alone: true, answer }
}

function together(answer: Promise<Answer>): Served {
  return { answerBytes: 0, alone: false, answer }
}

/** What an operation throws before its first wait is a failure like any other. */
async function run(
  operation: BoundKafkaOperation,
  request: unknown,
  context: Parameters<BoundKafkaOperation['run']>[1],
): Promise<unknown> {
  return operation.run(request, context)
}

function fetchBytes({ maxBytes }: KafkaRequest<'fetch'>): number {
  return Math.max(0, Math.min(maxBytes, kafkaLimits.inFlightBytesMax))
}

/** How long the client is told to be silent. */
function throttleOf(response: KafkaResponse<KafkaApiName>): number {
  const { throttleTimeMs = 0 }: { readonly throttleTimeMs?: number | undefined } = response
  return throttleTimeMs
}
