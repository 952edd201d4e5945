import type { BoundKafkaOperation } from '../../../wire/kafka/operation.ts'
import { bindKafkaOperation } from '../bind-operation.ts'
import { alterConfigs } from './operations/alter-configs.ts'
import { alterPartitionReassignments } from './operations/alter-partition-reassignments.ts'
import { createPartitions } from './operations/create-partitions.ts'
import { createTopics } from './operations/create-topics.ts'
import { deleteRecords } from './operations/delete-records.ts'
import { deleteTopics } from './operations/delete-topics.ts'
import { describeCluster } from './operations/describe-cluster.ts'
import { describeConfigs } from './operations/describe-configs.ts'
import { describeLogDirs } from './operations/describe-log-dirs.ts'
import { describeQuorum } from './operations/describe-quorum.ts'
import { describeTopicPartitions } from './operations/describe-topic-partitions.ts'
import { electLeaders } from './operations/elect-leaders.ts'
import { incrementalAlterConfigs } from './operations/incremental-alter-configs.ts'
import { listConfigResources } from './operations/list-config-resources.ts'
import { listPartitionReassignments } from './operations/list-partition-reassignments.ts'
import { metadata } from './operations/metadata.ts'
import type { TopicsDeps } from './topics-deps.ts'

/** The APIs of topics, their configs and the broker. */
export function bindTopicsOperations(deps: TopicsDeps): ReadonlyArray<BoundKafkaOperation> {
  return [
    bindKafkaOperation(deps, alterConfigs),
    bindKafkaOperation(deps, alterPartitionReassignments),
    bindKafkaOperation(deps, createPartitions),
    bindKafkaOperation(deps, createTopics),
    bindKafkaOperation(deps, deleteRecords),
    bindKafkaOperation(deps, deleteTopics),
    bindKafkaOperation(deps, describeCluster),
    bindKafkaOperation(deps, describeConfigs),
    bindKafkaOperation(deps, describeLogDirs),
    bindKafkaOperation(deps, describeQuorum),
    bindKafkaOperation(deps, describeTopicPartitions),
    bindKafkaOperation(deps, electLeaders),
    bindKafkaOperation(deps, incrementalAlterConfigs),
    bindKafkaOperation(deps, listConfigResources),
    bindKafkaOperation(deps, listPartitionReassignments),
    bindKafkaOperation(deps, metadata),
  ]
}
