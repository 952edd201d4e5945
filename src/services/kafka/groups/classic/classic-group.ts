import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import type { Reply } from '../reply.ts'

/**
 * A group of the classic protocol (KIP-62): its members agree on a generation at a time, and the
 * leader among them says who gets what. The functions beside this file are its state machine: they
 * change it by an event and a moment, answer through the replies they were given, and do no I/O.
 */
export interface ClassicGroup {
  readonly kind: 'classic'
  readonly groupId: string
  state: ClassicState
  previousState: ClassicState
  stateSinceMs: number
  /** Grows with every rebalance that completes. */
  generation: number
  /** Null in a group that only has offsets, and before anybody joined. */
  protocolType: string | null
  protocolName: string | null
  leaderId: string | null
  readonly members: Map<string, ClassicMember>
  /** Member ids by instance id (KIP-345). */
  readonly staticIds: Map<string, string>
  /** Ids that were given out for a second JoinGroup (KIP-394), and when they lapse. */
  readonly pendingIds: Map<string, number>
  /** The join phase that is under way. */
  join: JoinPhase | undefined
  /** Members of this generation that have not asked for their assignment, and when that ends. */
  readonly unsynced: Set<string>
  syncDeadlineMs: number
  /** No deadline of the group is before this moment. */
  earliestMs: number
  /** What has to be stored has changed since it was last cleared. */
  changed: boolean
}

export type ClassicState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

export interface JoinPhase {
  deadlineMs: number
  /** Of the first rebalance of an empty group only: by how much it may still be put off. */
  readonly initial?: { remainingMs: number; hasNewMember: boolean }
}

export interface ClassicMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: ReadonlyArray<MemberProtocol>
  assignment: Buffer
  /** It has not been in any generation yet. */
  isNew: boolean
  /** When its session ends unless it is heard of. */
  deadlineMs: number
  parkedJoin: Reply<JoinAnswer> | undefined
  parkedSync: Reply<SyncAnswer> | undefined
}

export interface MemberProtocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface JoinAnswer {
  readonly error: KafkaErrorName
  readonly memberId: string
  readonly generation: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leaderId: string
  readonly skipAssignment: boolean
  /** For the leader: all members, with their metadata of the chosen protocol. */
  readonly members: ReadonlyArray<{
    readonly memberId: string
    readonly instanceId: string | null
    readonly metadata: Buffer
  }>
}

export interface SyncAnswer {
  readonly error: KafkaErrorName
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignment: Buffer
}

export const NO_BYTES: Buffer = Buffer.alloc(0)

export function createClassicGroup(
  groupId: string,
  wallMs: number,
  generation = 0,
  protocolType: string | null = null,
): ClassicGroup {
  return {
    kind: 'classic',
    groupId,
    state: 'Empty',
    previousState: 'Empty',
    stateSinceMs: wallMs,
    generation,
    protocolType,
    protocolName: null,
    leaderId: null,
    members: new Map(),
    staticIds: new Map(),
    pendingIds: new Map(),
    join: undefined,
    unsynced: new Set(),
    syncDeadlineMs: Number.POSITIVE_INFINITY,
    earliestMs: Number.POSITIVE_INFINITY,
    changed: false,
  }
}

export function joinError(error: KafkaErrorName, memberId = ''): JoinAnswer {
  return {
    error,
    memberId,
    generation: -1,
    protocolType: null,
    protocolName: null,
    leaderId: '',
    skipAssignment: false,
    members: [],
  }
}

export function syncError(error: KafkaErrorName): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: NO_BYTES }
}

/** What a member is told that is in the generation of now. */
export function joinAnswer(group: ClassicGroup, member: ClassicMember): JoinAnswer {
  return {
    error: 'NONE',
    memberId: member.id,
    generation: group.generation,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leaderId: group.leaderId ?? '',
    skipAssignment: false,
    members: member.id === group.leaderId ? membersForLeader(group) : [],
  }
}

export function membersForLeader(group: ClassicGroup): JoinAnswer['members'] {
  return [...group.members.values()].map((member) => ({
    memberId: member.id,
    instanceId: member.instanceId,
    metadata: metadataOf(member, group.protocolName),
  }))
}

export function metadataOf(member: ClassicMember, protocolName: string | null): Buffer {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? NO_BYTES
}

/** Why this is no member, or `NONE`: a static one is known by its instance id first. */
export function memberError(
  group: ClassicGroup,
  memberId: string,
  instanceId: string | null,
): KafkaErrorName {
  if (instanceId !== null) {
    const holder = group.staticIds.get(instanceId)
    if (holder === undefined) return 'UNKNOWN_MEMBER_ID'
    if (holder !== memberId) return 'FENCED_INSTANCE_ID'
  }
  return group.members.has(memberId) ? 'NONE' : 'UNKNOWN_MEMBER_ID'
}

export function transition(group: ClassicGroup, state: ClassicState, wallMs: number): void {
  group.previousState = group.state
  group.state = state
  group.stateSinceMs = wallMs
}

/** The session of the member ends after this time unless it is heard of again. */
export function extendSession(
  group: ClassicGroup,
  member: ClassicMember,
  nowMs: number,
  timeoutMs = member.sessionTimeoutMs,
): void {
  member.deadlineMs = nowMs + timeoutMs
  group.earliestMs = Math.min(group.earliestMs, member.deadlineMs)
}

export function rebalanceTimeoutOf(group: ClassicGroup): number {
  let timeoutMs = 0
  for (const member of group.members.values()) {
    timeoutMs = Math.max(timeoutMs, member.rebalanceTimeoutMs)
  }
  return timeoutMs
}

export function joiningCount(group: ClassicGroup): number {
  let count = 0
  for (const { parkedJoin } of group.members.values()) if (parkedJoin) count++
  return count
}

export function haveAllJoined(group: ClassicGroup): boolean {
  return group.pendingIds.size === 0 && joiningCount(group) === group.members.size
}

/** What the members brought: their names and their metadata. */
export function bytesOfMembers(group: ClassicGroup): number {
  let bytes = 0
  for (const member of group.members.values()) bytes += bytesOfMember(member)
  return bytes
}

export function bytesOfMember(
  member: Pick<ClassicMember, 'instanceId' | 'clientId' | 'protocols'>,
): number {
  const { instanceId, clientId, protocols } = member
  return protocols.reduce(
    (bytes, { name, metadata }) => bytes + name.length + metadata.length,
    clientId.length + (instanceId?.length ?? 0),
  )
}
