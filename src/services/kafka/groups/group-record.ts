import type { ClassicGroup, ClassicMember } from './classic/classic-group.ts'
import { createClassicGroup, extendSession, rebalanceTimeoutOf } from './classic/classic-group.ts'
import type { Assignment } from './consumer/assignment.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer/consumer-group.ts'
import { createConsumerGroup, putMember } from './consumer/consumer-group.ts'
import { beginSession } from './consumer/heartbeat.ts'
import type { Moment } from './moment.ts'

export type Group = ClassicGroup | ConsumerGroup

/**
 * What is kept of a group, so that after a restart its members go on as if nothing had happened:
 * their ids, the generation or epochs, and who has what. Joins that were under way are not kept;
 * their clients ask again.
 */
export type GroupRecord = ClassicRecord | ConsumerRecord

interface ClassicRecord {
  readonly kind: 'classic'
  readonly state: 'Empty' | 'CompletingRebalance' | 'Stable'
  readonly stateSinceMs: number
  readonly generation: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leaderId: string | null
  readonly members: ReadonlyArray<ClassicMemberRecord>
}

interface ClassicMemberRecord {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** Bytes are base64. */
  readonly protocols: ReadonlyArray<{ readonly name: string; readonly metadata: string }>
  readonly assignment: string
}

interface ConsumerRecord {
  readonly kind: 'consumer'
  readonly stateSinceMs: number
  readonly epoch: number
  readonly targetEpoch: number
  readonly metadata: string
  readonly members: ReadonlyArray<ConsumerMember>
  readonly targets: ReadonlyArray<readonly [memberId: string, target: Assignment]>
}

/** Of this very moment: what happens to the group later does not change it. */
export function recordOf(group: Group): GroupRecord {
  return group.kind === 'classic' ? classicRecord(group) : consumerRecord(group)
}

/** The group, every session and phase of it beginning anew. */
export function groupOf(groupId: string, record: GroupRecord, now: Moment): Group {
  return record.kind === 'classic'
    ? classicGroup(groupId, record, now)
    : consumerGroup(groupId, record, now)
}

function classicRecord(group: ClassicGroup): ClassicRecord {
  const { stateSinceMs, generation, protocolType, protocolName, leaderId } = group
  return {
    kind: 'classic',
    state: group.state === 'PreparingRebalance' ? 'CompletingRebalance' : group.state,
    stateSinceMs,
    generation,
    protocolType,
    protocolName,
    leaderId,
    members: [...group.members.values()].map((member) => ({
      id: member.id,
      instanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      sessionTimeoutMs: member.sessionTimeoutMs,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      protocols: member.protocols.map(({ name, metadata }) => ({
        name,
        metadata: metadata.toString('base64'),
      })),
      assignment: member.assignment.toString('base64'),
    })),
  }
}

function classicGroup(groupId: string, record: ClassicRecord, now: Moment): ClassicGroup {
  const group = createClassicGroup(groupId, record.stateSinceMs)
  const { state, generation, protocolType, protocolName, leaderId } = record
  Object.assign(group, { state, previousState: state })
  Object.assign(group, { generation, protocolType, protocolName, leaderId })
  for (const { protocols, assignment, ...kept } of record.members) {
    const member: ClassicMember = {
      ...kept,
      protocols: protocols.map(({ name, metadata }) => ({
        name,
        metadata: Buffer.from(metadata, 'base64'),
      })),
      assignment: Buffer.from(assignment, 'base64'),
      isNew: false,
      deadlineMs: 0,
      parkedJoin: undefined,
      parkedSync: undefined,
    }
    group.members.set(member.id, member)
    if (member.instanceId !== null) group.staticIds.set(member.instanceId, member.id)
    extendSession(group, member, now.monotonicMs)
    if (state === 'CompletingRebalance') group.unsynced.add(member.id)
  }
  if (state === 'CompletingRebalance') {
    group.syncDeadlineMs = now.monotonicMs + rebalanceTimeoutOf(group)
    group.earliestMs = Math.min(group.earliestMs, group.syncDeadlineMs)
  }
  return group
}

function consumerRecord(group: ConsumerGroup): ConsumerRecord {
  const { stateSinceMs, epoch, targetEpoch, metadata } = group
  return {
    kind: 'consumer',
    stateSinceMs,
    epoch,
    targetEpoch,
    metadata,
    members: [...group.members.values()],
    targets: [...group.targets],
  }
}

function consumerGroup(groupId: string, record: ConsumerRecord, now: Moment): ConsumerGroup {
  const group = createConsumerGroup(groupId, record.stateSinceMs, record.epoch)
  group.targetEpoch = record.targetEpoch
  group.metadata = record.metadata
  group.targets = new Map(record.targets)
  for (const member of record.members) {
    putMember(group, member)
    beginSession(group, member, now.monotonicMs)
  }
  group.changed = false
  return group
}
