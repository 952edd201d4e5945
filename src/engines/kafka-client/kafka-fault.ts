import type { EngineErrorKind } from '../../base/errors.ts'
import { EngineError } from '../../base/errors.ts'
import type { KafkaErrorName } from '../../wire/kafka/errors.ts'
import { isRetriableKafkaError, kafkaErrorName } from '../../wire/kafka/errors.ts'

const kinds: Partial<Record<KafkaErrorName, EngineErrorKind>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'not-found',
  UNKNOWN_TOPIC_ID: 'not-found',
  OFFSET_OUT_OF_RANGE: 'invalid',
  MESSAGE_TOO_LARGE: 'invalid',
  RECORD_LIST_TOO_LARGE: 'invalid',
  CORRUPT_MESSAGE: 'corrupt',
  REQUEST_TIMED_OUT: 'timeout',
  UNSUPPORTED_VERSION: 'unsupported',
}

/** What a broker answered instead of what was asked for, or that it did not answer. */
export class KafkaFault extends EngineError {
  /** `NETWORK_EXCEPTION` when the connection was lost or never came about. */
  readonly code: KafkaErrorName

  constructor(code: KafkaErrorName, what: string, cause?: unknown) {
    super(kinds[code] ?? 'unavailable', `Apache Kafka: ${what}: ${code}`, cause)
    this.code = code
  }

  /** Whether the same may succeed later, perhaps at another broker. */
  isRetriable(): boolean {
    return isRetriableKafkaError(this.code)
  }
}

/** Whether a fetch asked for records that are not there any more, or not yet. */
export function isOutOfRange(error: unknown): boolean {
  return error instanceof KafkaFault && error.code === 'OFFSET_OUT_OF_RANGE'
}

/** Throws when a response says that it failed. */
export function refuseErrorCode(errorCode: number, what: string): void {
  if (errorCode !== 0) throw new KafkaFault(kafkaErrorName(errorCode), what)
}
