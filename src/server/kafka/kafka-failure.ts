import { EngineError, ServiceError } from '../../base/errors.ts'
import type { KafkaErrorName } from '../../wire/kafka/errors.ts'
import { kafkaErrorCodes } from '../../wire/kafka/errors.ts'

/** What a caller is told, and whether it is ours to look into. */
export interface KafkaFailure {
  readonly error: KafkaErrorName
  readonly unexpected: boolean
}

/**
 * What an operation threw, in Kafka's words. `KAFKA_STORAGE_ERROR` and `REQUEST_TIMED_OUT` are tried
 * again by clients, and may then succeed.
 */
export function kafkaFailureOf(thrown: unknown): KafkaFailure {
  if (thrown instanceof ServiceError) return { error: serviceError(thrown), unexpected: false }
  const cause = thrown instanceof Error ? thrown.cause : undefined
  if (cause instanceof ServiceError) return { error: serviceError(cause), unexpected: false }
  if (!(thrown instanceof EngineError)) return { error: 'UNKNOWN_SERVER_ERROR', unexpected: true }
  switch (thrown.kind) {
    case 'full':
    case 'unavailable':
      return { error: 'KAFKA_STORAGE_ERROR', unexpected: true }
    case 'timeout':
    case 'conflict':
      return { error: 'REQUEST_TIMED_OUT', unexpected: true }
    case 'not-found':
      return { error: 'UNKNOWN_TOPIC_OR_PARTITION', unexpected: false }
    case 'corrupt':
      return { error: 'CORRUPT_MESSAGE', unexpected: true }
    case 'unsupported':
      return { error: 'UNSUPPORTED_VERSION', unexpected: false }
    case 'invalid':
      return { error: 'UNKNOWN_SERVER_ERROR', unexpected: true }
  }
}

/** Either by a name of Kafka's, or a refusal of the nouns that are shared with Kinesis. */
function serviceError({ code }: ServiceError): KafkaErrorName {
  if (code in kafkaErrorCodes) return code as KafkaErrorName
  switch (code) {
    case 'ResourceNotFoundException':
      return 'UNKNOWN_TOPIC_OR_PARTITION'
    case 'LimitExceededException':
      return 'POLICY_VIOLATION'
    case 'ResourceInUseException':
      return 'REQUEST_TIMED_OUT'
    default:
      return 'INVALID_REQUEST'
  }
}
