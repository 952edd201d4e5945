import type { ApiDefinition, Read, Write } from './schema.ts'
import { createAcls, deleteAcls, describeAcls } from './schemas/acls.ts'
import {
  alterUserScramCredentials,
  describeUserScramCredentials,
  saslAuthenticate,
  saslHandshake,
} from './schemas/authentication.ts'
import {
  apiVersions,
  describeCluster,
  describeLogDirs,
  describeQuorum,
  describeTopicPartitions,
  metadata,
} from './schemas/cluster.ts'
import {
  alterConfigs,
  describeConfigs,
  incrementalAlterConfigs,
  listConfigResources,
} from './schemas/configs.ts'
import { consumerGroupDescribe, consumerGroupHeartbeat } from './schemas/consumer-groups.ts'
import {
  deleteRecords,
  describeProducers,
  fetch,
  listOffsets,
  offsetForLeaderEpoch,
  produce,
} from './schemas/data.ts'
import {
  deleteGroups,
  describeGroups,
  findCoordinator,
  heartbeat,
  joinGroup,
  leaveGroup,
  listGroups,
  syncGroup,
} from './schemas/groups.ts'
import { offsetCommit, offsetDelete, offsetFetch } from './schemas/offsets.ts'
import { alterClientQuotas, describeClientQuotas } from './schemas/quotas.ts'
import {
  alterPartitionReassignments,
  createPartitions,
  createTopics,
  deleteTopics,
  electLeaders,
  listPartitionReassignments,
} from './schemas/topics.ts'
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  describeTransactions,
  endTxn,
  initProducerId,
  listTransactions,
  txnOffsetCommit,
} from './schemas/transactions.ts'

/** All of Kafka's APIs that this house speaks, in the order of their keys. */
export const kafkaApis = {
  produce,
  fetch,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  heartbeat,
  leaveGroup,
  syncGroup,
  describeGroups,
  listGroups,
  saslHandshake,
  apiVersions,
  createTopics,
  deleteTopics,
  deleteRecords,
  initProducerId,
  offsetForLeaderEpoch,
  addPartitionsToTxn,
  addOffsetsToTxn,
  endTxn,
  txnOffsetCommit,
  describeAcls,
  createAcls,
  deleteAcls,
  describeConfigs,
  alterConfigs,
  describeLogDirs,
  saslAuthenticate,
  createPartitions,
  deleteGroups,
  electLeaders,
  incrementalAlterConfigs,
  alterPartitionReassignments,
  listPartitionReassignments,
  offsetDelete,
  describeClientQuotas,
  alterClientQuotas,
  describeUserScramCredentials,
  alterUserScramCredentials,
  describeQuorum,
  describeCluster,
  describeProducers,
  describeTransactions,
  listTransactions,
  consumerGroupHeartbeat,
  consumerGroupDescribe,
  listConfigResources,
  describeTopicPartitions,
} as const

export type KafkaApiName = keyof typeof kafkaApis

type RequestFields<Name extends KafkaApiName> = (typeof kafkaApis)[Name]['request']
type ResponseFields<Name extends KafkaApiName> = (typeof kafkaApis)[Name]['response']

/** A request as a broker reads it: what its version does not have, has its default. */
export type KafkaRequest<Name extends KafkaApiName> = Read<RequestFields<Name>>

/** A response as a broker writes it: what the version of the request does not have is left out. */
export type KafkaResponse<Name extends KafkaApiName> = Write<ResponseFields<Name>>

/** A request as a client writes it. */
export type KafkaClientRequest<Name extends KafkaApiName> = Write<RequestFields<Name>>

/** A response as a client reads it. */
export type KafkaClientResponse<Name extends KafkaApiName> = Read<ResponseFields<Name>>

/** One API's definition, typed for code that goes over all of them. */
export function kafkaApi(name: KafkaApiName): ApiDefinition {
  return kafkaApis[name]
}
