import type { BoundKafkaOperation } from '../../../wire/kafka/operation.ts'
import { bindKafkaOperation } from '../bind-operation.ts'
import { addOffsetsToTxn } from './operations/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from './operations/add-partitions-to-txn.ts'
import { describeTransactions } from './operations/describe-transactions.ts'
import { endTxn } from './operations/end-txn.ts'
import { initProducerId } from './operations/init-producer-id.ts'
import { listTransactions } from './operations/list-transactions.ts'
import type { TransactionDeps } from './operations/transaction-deps.ts'
import { txnOffsetCommit } from './operations/txn-offset-commit.ts'

/** The operations of producers that are idempotent or transactional. */
export function transactionOperations(deps: TransactionDeps): ReadonlyArray<BoundKafkaOperation> {
  return [
    bindKafkaOperation(deps, addOffsetsToTxn),
    bindKafkaOperation(deps, addPartitionsToTxn),
    bindKafkaOperation(deps, describeTransactions),
    bindKafkaOperation(deps, endTxn),
    bindKafkaOperation(deps, initProducerId),
    bindKafkaOperation(deps, listTransactions),
    bindKafkaOperation(deps, txnOffsetCommit),
  ]
}
