import { assert } from '../../base/assert.ts'
import type { KafkaApiName } from '../../wire/kafka/apis.ts'
import type { BoundKafkaOperation, KafkaService } from '../../wire/kafka/operation.ts'
import { bindAccessOperations } from './access/access-operations.ts'
import { bindDataOperations } from './data/data-operations.ts'
import { groupOperations } from './groups/group-operations.ts'
import type { KafkaNouns } from './kafka-nouns.ts'
import { bindTopicsOperations } from './topics/topics-operations.ts'
import { transactionOperations } from './transactions/transaction-operations.ts'

/**
 * All APIs of Kafka's protocol but those by which a client logs in, which are the listener's.
 * Undefined where the engine of the log does not carry Kafka's batches.
 */
export function createKafkaService(nouns: KafkaNouns): KafkaService | undefined {
  const { access, groups, transactions, broker } = nouns
  const { batches } = nouns.log
  if (!batches || !transactions) return undefined
  const { authorizer } = access
  const shared = { ...nouns, authorizer }
  return {
    operations: byName([
      ...bindAccessOperations(access),
      ...bindTopicsOperations(shared),
      ...bindDataOperations({ ...shared, batches, gate: transactions.gate, quotas: access.quotas }),
      ...groupOperations({ ...shared, nodeId: broker.nodeId }),
      ...transactionOperations({ ...shared, transactions }),
    ]),
    async start(signal) {
      await Promise.all([access.run(signal), groups.run(signal), transactions.run(signal)])
    },
  }
}

function byName(
  operations: ReadonlyArray<BoundKafkaOperation>,
): ReadonlyMap<KafkaApiName, BoundKafkaOperation> {
  const found = new Map<KafkaApiName, BoundKafkaOperation>()
  for (const operation of operations) {
    assert(!found.has(operation.name), `the API ${operation.name} is listed twice`)
    found.set(operation.name, operation)
  }
  return found
}
