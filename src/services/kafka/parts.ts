import type { Scope } from '../../base/scope.ts'
import type { PartitionId } from '../../engines/log/port.ts'
import type { KafkaErrorName } from '../../wire/kafka/errors.ts'
import type { KafkaConnection } from '../../wire/kafka/operation.ts'
import type { Stream } from '../kinesis/stream.ts'

/*
 * What the parts of the broker ask of each other. One part a folder: topics and data (`topics/`,
 * `data/`), consumer groups (`groups/`), transactions (`transactions/`), access (`access/`).
 */

/** A stream as Kafka sees it: each stream is a topic, and each topic a stream. */
export interface Topic {
  readonly name: string
  /** UUID text; the same as long as the topic lives, another one when it is made anew. */
  readonly id: string
  /** Partitions 0 to this - 1. Closed and expired shards count: their numbers stay. */
  readonly partitionCount: number
  readonly stream: Stream
  /** Undefined behind the last partition, and for a shard that has expired (it is empty). */
  partition(number: number): PartitionId | undefined
  /** False for a shard that was split or merged: it is read, not written. */
  isOpen(number: number): boolean
}

export interface Topics {
  find(scope: Scope, name: string): Promise<Topic | undefined>
  findById(scope: Scope, id: string): Promise<Topic | undefined>
  /** In the order of names. */
  list(scope: Scope): Promise<ReadonlyArray<Topic>>
}

export type AclResourceType = 'topic' | 'group' | 'cluster' | 'transactional-id'
export type AclOperation =
  | 'read'
  | 'write'
  | 'create'
  | 'delete'
  | 'alter'
  | 'describe'
  | 'cluster-action'
  | 'describe-configs'
  | 'alter-configs'
  | 'idempotent-write'

/** Asked by every operation for every name in a request. Allows all where no ACL matches the resource. */
export interface Authorizer {
  allows(
    connection: KafkaConnection,
    operation: AclOperation,
    resource: { readonly type: AclResourceType; readonly name: string },
  ): boolean
}

export interface GroupOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
}

/** Who commits: checked against the group as it is now. */
export interface GroupMemberClaim {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly generationOrEpoch: number
}

/** Offsets of groups as transactions need them (KIP-98, KIP-447). */
export interface TransactionalOffsets {
  /** Kept apart until the transaction ends; durable when resolved. Answers why the claim does not hold. */
  pend(
    scope: Scope,
    claim: GroupMemberClaim,
    producer: { readonly producerId: number; readonly producerEpoch: number },
    offsets: ReadonlyArray<GroupOffset>,
  ): Promise<KafkaErrorName | 'none'>
  /** Makes them the offsets of the group, or forgets them; may be repeated. Durable when resolved. */
  settle(scope: Scope, groupId: string, producerId: number, commit: boolean): Promise<void>
}

/** Which partitions belong to which open transaction. */
export interface TransactionGate {
  /**
   * Whether a transactional batch may be written to that partition (of the log: a topic that was made
   * anew is another one) now. Called for each Produce with the producer that its batches name, in the
   * same turn as `BatchLog.append`: nothing is awaited in between, so that the marker comes after it.
   */
  admit(
    scope: Scope,
    transactionalId: string,
    producer: { readonly producerId: number; readonly producerEpoch: number },
    partition: PartitionId,
  ): KafkaErrorName | 'none'
}
