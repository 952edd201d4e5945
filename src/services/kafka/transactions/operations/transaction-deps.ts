import type { Clock } from '../../../../base/clock.ts'
import type { KafkaApiName } from '../../../../wire/kafka/apis.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Authorizer, Topics } from '../../parts.ts'
import type { Transactions } from '../transactions.ts'

export interface TransactionDeps {
  readonly transactions: Transactions
  readonly topics: Topics
  readonly authorizer: Authorizer
  readonly clock: Clock
}

export type TransactionOperation<Name extends KafkaApiName> = KafkaOperation<TransactionDeps, Name>
