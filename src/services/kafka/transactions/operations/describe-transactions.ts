import type { KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaConnection } from '../../../../wire/kafka/operation.ts'
import type { Transaction } from '../transaction.ts'
import type { TransactionDeps, TransactionOperation } from './transaction-deps.ts'
import { NO_ERROR } from './wire-refusal.ts'
import { writeState } from './wire-state.ts'

type Described = KafkaResponse<'describeTransactions'>['transactionStates'][number]

export const describeTransactions: TransactionOperation<'describeTransactions'> = {
  name: 'describeTransactions',
  async run(deps, { transactionalIds }, { connection }) {
    const transactionStates: Described[] = []
    for (const id of new Set(transactionalIds)) {
      transactionStates.push(await describe(deps, connection, id))
    }
    return { transactionStates }
  },
}

async function describe(
  deps: TransactionDeps,
  connection: KafkaConnection,
  transactionalId: string,
): Promise<Described> {
  const resource = { type: 'transactional-id', name: transactionalId } as const
  if (!deps.authorizer.allows(connection, 'describe', resource)) {
    return unknown(transactionalId, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  }
  if (transactionalId === '') return unknown(transactionalId, 'INVALID_REQUEST')
  const transaction = await deps.transactions.find(connection, transactionalId)
  if (!transaction) return unknown(transactionalId, 'TRANSACTIONAL_ID_NOT_FOUND')
  const { state, timeoutMs, startedMs, producerId, producerEpoch } = transaction
  return {
    errorCode: NO_ERROR,
    transactionalId,
    transactionState: writeState(state),
    transactionTimeoutMs: timeoutMs,
    transactionStartTimeMs: startedMs,
    producerId,
    producerEpoch,
    topics: topicsOf(deps, connection, transaction),
  }
}

/** Topics that the client may not see are left out. */
function topicsOf(deps: TransactionDeps, connection: KafkaConnection, { partitions }: Transaction) {
  const byTopic = new Map<string, number[]>()
  for (const { topic, id } of partitions) {
    const numbers = byTopic.get(topic) ?? []
    numbers.push(id.partition)
    byTopic.set(topic, numbers)
  }
  return [...byTopic]
    .filter(([name]) => deps.authorizer.allows(connection, 'describe', { type: 'topic', name }))
    .map(([topic, numbers]) => ({ topic, partitions: numbers }))
}

function unknown(transactionalId: string, error: KafkaErrorName): Described {
  return {
    errorCode: kafkaErrorCode(error),
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  }
}
