import type { KafkaConnection } from '../../../wire/kafka/operation.ts'
import type { AclOperation, Authorizer } from '../parts.ts'

const CLUSTER = { type: 'cluster', name: 'kafka-cluster' } as const

/** Kafka's codes of operations: the bits of "authorized operations". */
const bits: Readonly<Record<AclOperation, number>> = {
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  'cluster-action': 9,
  'describe-configs': 10,
  'alter-configs': 11,
  'idempotent-write': 12,
}

const topicOperations: ReadonlyArray<AclOperation> = [
  'read',
  'write',
  'create',
  'delete',
  'alter',
  'describe',
  'describe-configs',
  'alter-configs',
]
const clusterOperations: ReadonlyArray<AclOperation> = [
  'create',
  'alter',
  'describe',
  'cluster-action',
  'describe-configs',
  'alter-configs',
  'idempotent-write',
]

/** What one client may do. */
export interface Permissions {
  withTopic(operation: AclOperation, name: string): boolean
  withCluster(operation: AclOperation): boolean
  /** As a number whose bits are operations. */
  ofTopic(name: string): number
  ofCluster(): number
}

export function permissionsOf(authorizer: Authorizer, connection: KafkaConnection): Permissions {
  const withTopic = (operation: AclOperation, name: string) =>
    authorizer.allows(connection, operation, { type: 'topic', name })
  const withCluster = (operation: AclOperation) => authorizer.allows(connection, operation, CLUSTER)
  return {
    withTopic,
    withCluster,
    ofTopic: (name) => bitsOf(topicOperations.filter((operation) => withTopic(operation, name))),
    ofCluster: () => bitsOf(clusterOperations.filter(withCluster)),
  }
}

function bitsOf(operations: ReadonlyArray<AclOperation>): number {
  let number = 0
  for (const operation of operations) number |= 1 << bits[operation]
  return number
}
