import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { Transaction } from '../transaction.ts'
import { isOpen } from '../transaction.ts'
import type { TransactionOperation } from './transaction-deps.ts'
import { NO_ERROR } from './wire-refusal.ts'
import { isStateName, writeState } from './wire-state.ts'

export const listTransactions: TransactionOperation<'listTransactions'> = {
  name: 'listTransactions',
  async run({ transactions, authorizer, clock }, request, { connection }) {
    const isMatch = matcherOf(request, clock.wallMs())
    const transactionStates = []
    for await (const transaction of transactions.list(connection)) {
      const { transactionalId, producerId, state } = transaction
      const resource = { type: 'transactional-id', name: transactionalId } as const
      if (isMatch(transaction) && authorizer.allows(connection, 'describe', resource)) {
        transactionStates.push({
          transactionalId,
          producerId,
          transactionState: writeState(state),
        })
      }
    }
    return {
      errorCode: NO_ERROR,
      unknownStateFilters: request.stateFilters.filter((name) => !isStateName(name)),
      transactionStates,
    }
  },
}

function matcherOf(request: KafkaRequest<'listTransactions'>, nowMs: number) {
  const states = new Set(request.stateFilters)
  const producerIds = new Set(request.producerIdFilters)
  const { durationFilter } = request
  return (transaction: Transaction) =>
    (states.size === 0 || states.has(writeState(transaction.state))) &&
    (producerIds.size === 0 || producerIds.has(transaction.producerId)) &&
    // Only what still runs runs for some time.
    (durationFilter < 0 || (isOpen(transaction) && nowMs - transaction.startedMs > durationFilter))
}
