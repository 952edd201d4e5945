import type { TransactionGate } from '../parts.ts'
import type { KnownTransactions } from './known-transactions.ts'

/**
 * Lets transactional batches through only to the partitions of the open transaction of their
 * producer. It is shut when the first marker is written, so that what it let through comes before.
 */
export function createTransactionGate(
  known: KnownTransactions,
  isLoaded: () => boolean,
): TransactionGate {
  return {
    admit(scope, transactionalId, { producerId, producerEpoch }, partition) {
      // A retriable error that all producers know; the coordinator's own are not for Produce.
      if (!isLoaded()) return 'NOT_ENOUGH_REPLICAS'
      const found = known.find(scope, transactionalId)
      if (!found) return 'INVALID_PRODUCER_ID_MAPPING'
      const { transaction } = found
      if (transaction.producerId !== producerId) return 'INVALID_PRODUCER_ID_MAPPING'
      if (transaction.producerEpoch !== producerEpoch) return 'INVALID_PRODUCER_EPOCH'
      const isOpen = transaction.state === 'ongoing' && found.has(partition)
      return isOpen ? 'none' : 'INVALID_TXN_STATE'
    },
  }
}
