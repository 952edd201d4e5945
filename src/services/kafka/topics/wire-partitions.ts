import type { Topic } from '../parts.ts'
import { LEADER_EPOCH } from './broker.ts'

/** A partition as Metadata and DescribeTopicPartitions show it. */
export interface WirePartition {
  readonly errorCode: number
  readonly partitionIndex: number
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly replicaNodes: ReadonlyArray<number>
  readonly isrNodes: ReadonlyArray<number>
  readonly offlineReplicas: ReadonlyArray<number>
  /** Only of DescribeTopicPartitions; Java's client 4.x cannot read them absent, as they may be. */
  readonly eligibleLeaderReplicas: ReadonlyArray<number>
  readonly lastKnownElr: ReadonlyArray<number>
}

/** All partitions of a topic: this broker leads each, those of closed shards too, which are read. */
export function wirePartitions(
  { partitionCount }: Topic,
  nodeId: number,
): ReadonlyArray<WirePartition> {
  const replicas = [nodeId]
  return Array.from({ length: partitionCount }, (_, partitionIndex) => ({
    errorCode: 0,
    partitionIndex,
    leaderId: nodeId,
    leaderEpoch: LEADER_EPOCH,
    replicaNodes: replicas,
    isrNodes: replicas,
    offlineReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
  }))
}
