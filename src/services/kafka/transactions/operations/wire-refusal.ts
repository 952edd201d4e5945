import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext } from '../../../../wire/kafka/operation.ts'
import { TRANSACTIONAL_ID_BYTES_MAX } from '../limits.ts'
import type { TransactionDeps } from './transaction-deps.ts'

export const NO_ERROR = kafkaErrorCode('NONE')

/** Why no transaction of that id is spoken about with this client; undefined when it may. */
export function idRefusal(
  { authorizer }: Pick<TransactionDeps, 'authorizer'>,
  { connection }: KafkaContext,
  transactionalId: string,
): KafkaErrorName | undefined {
  if (transactionalId === '' || Buffer.byteLength(transactionalId) > TRANSACTIONAL_ID_BYTES_MAX) {
    return 'INVALID_REQUEST'
  }
  const resource = { type: 'transactional-id', name: transactionalId } as const
  const isAllowed = authorizer.allows(connection, 'write', resource)
  return isAllowed ? undefined : 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
}

/** Clients before `fencedSince` know of a newer epoch, but not of producers that are fenced. */
export function codeOf(
  answer: KafkaErrorName | 'none',
  { apiVersion }: KafkaContext,
  fencedSince = 2,
): number {
  if (answer === 'none') return NO_ERROR
  const isTooNew = answer === 'PRODUCER_FENCED' && apiVersion < fencedSince
  return kafkaErrorCode(isTooNew ? 'INVALID_PRODUCER_EPOCH' : answer)
}
