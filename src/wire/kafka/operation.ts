import type { Logger } from '../../base/logger.ts'
import type { Scope } from '../../base/scope.ts'
import type { KafkaApiName, KafkaRequest, KafkaResponse } from './apis.ts'

/**
 * Who asks. Account and region follow from how the connection was authenticated; a connection that
 * needs no authentication is in the account and region of the server's settings.
 */
export interface KafkaConnection extends Scope {
  /** Unique among the connections of this process. */
  readonly id: string
  /** Such as `User:alice`; `User:ANONYMOUS` without authentication. */
  readonly principal: string
  readonly clientAddress: string
  /** Where brokers are for this client: what Metadata, FindCoordinator and others answer. */
  readonly advertised: { readonly host: string; readonly port: number }
  /** Aborts when the connection is gone or the server drains. */
  readonly signal: AbortSignal
  readonly log: Logger
}

export interface KafkaContext {
  readonly connection: KafkaConnection
  readonly apiVersion: number
  readonly clientId: string | null
}

/** One API of Kafka's protocol: its name in `apis.ts` and what it does. It lives in a file of its own. */
export interface KafkaOperation<Deps, Name extends KafkaApiName> {
  readonly name: Name
  /**
   * Called in the order of the requests of a connection, not waiting for earlier ones to be answered:
   * what must happen in order happens before the first `await`. Answers are sent in order.
   * `undefined`: the protocol has no answer to this request (Produce with acks=0).
   */
  readonly run: (
    deps: Deps,
    request: KafkaRequest<Name>,
    context: KafkaContext,
  ) => Promise<KafkaResponse<Name> | undefined>
}

export interface BoundKafkaOperation {
  readonly name: KafkaApiName
  readonly run: (request: unknown, context: KafkaContext) => Promise<unknown>
}

/** What the service of Kafka's protocol hands the listener. */
export interface KafkaService {
  readonly operations: ReadonlyMap<KafkaApiName, BoundKafkaOperation>
  readonly start?: (signal: AbortSignal) => Promise<void>
}
