import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Logger } from '../../../base/logger.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import { kafkaErrorCode, kafkaErrorCodes } from '../../../wire/kafka/errors.ts'

/** A failure by Kafka's name for it, with a text for the client. */
export interface Failure {
  readonly error: KafkaErrorName
  readonly message: string | null
}

/** To be thrown: a failure that the client can act on. */
export function kafkaError(error: KafkaErrorName, message: string): ServiceError {
  return new ServiceError(error, message)
}

/** What Kinesis's nouns throw, in Kafka's names. */
const fromKinesis: Readonly<Record<string, KafkaErrorName>> = {
  ResourceNotFoundException: 'UNKNOWN_TOPIC_OR_PARTITION',
  // The stream is being changed: later, the same may succeed.
  ResourceInUseException: 'REASSIGNMENT_IN_PROGRESS',
  LimitExceededException: 'POLICY_VIOLATION',
}

/** How a failure is told to the client. What is our own fault is logged. */
export function failureOf(error: unknown, log: Logger): Failure {
  if (error instanceof ServiceError) {
    const name = isErrorName(error.code) ? error.code : fromKinesis[error.code]
    if (name) return { error: name, message: error.message }
  }
  if (error instanceof EngineError) {
    if (error.kind === 'not-found') return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: null }
    if (error.kind === 'full' || error.kind === 'unavailable') {
      return { error: 'KAFKA_STORAGE_ERROR', message: error.message }
    }
  }
  log.error({ err: error }, 'a request of Kafka failed')
  return { error: 'UNKNOWN_SERVER_ERROR', message: null }
}

function isErrorName(code: string): code is KafkaErrorName {
  return code in kafkaErrorCodes
}

/** The two fields by which most of Kafka's answers say how it went. */
export interface WireOutcome {
  readonly errorCode: number
  readonly errorMessage: string | null
}

export const NO_ERROR: WireOutcome = { errorCode: 0, errorMessage: null }

export function wireFailure({ error, message }: Failure): WireOutcome {
  return { errorCode: kafkaErrorCode(error), errorMessage: message }
}

export function wireError(error: KafkaErrorName, message: string | null = null): WireOutcome {
  return wireFailure({ error, message })
}

/** Runs what may fail for one of the things that a request names, and says how it went. */
export async function wireOutcomeOf(work: () => Promise<void>, log: Logger): Promise<WireOutcome> {
  try {
    await work()
    return NO_ERROR
  } catch (error) {
    return wireFailure(failureOf(error, log))
  }
}
