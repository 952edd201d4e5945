import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { GROUP_BYTES_MAX, GROUP_MEMBERS_MAX, NEW_MEMBER_JOIN_TIMEOUT_MS } from '../limits.ts'
import type { Moment } from '../moment.ts'
import type { Reply } from '../reply.ts'
import type { ClassicGroup, ClassicMember, JoinAnswer, MemberProtocol } from './classic-group.ts'
import {
  bytesOfMember,
  bytesOfMembers,
  extendSession,
  joinAnswer,
  joinError,
  joiningCount,
  memberError,
  membersForLeader,
  NO_BYTES,
  syncError,
} from './classic-group.ts'
import { hasProtocols, selectProtocol, supportsProtocols } from './protocols.ts'
import {
  answerJoin,
  answerSync,
  completeJoinIfAllJoined,
  dropMember,
  prepareRebalance,
  rebalanceOrComplete,
} from './rebalance.ts'

export interface JoinRequest {
  /** Empty for one that has none yet. */
  readonly memberId: string
  /** Becomes the id of a member that has none. */
  readonly newMemberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: ReadonlyArray<MemberProtocol>
  /** The client asks again with the id that it is given (KIP-394, from version 4 on). */
  readonly needsKnownId: boolean
  /** The client knows `skipAssignment` (KIP-814, from version 9 on). */
  readonly knowsSkipAssignment: boolean
}

/** Answers at once, or when the rebalance that this begins or takes part in is complete. */
export function join(
  group: ClassicGroup,
  request: JoinRequest,
  reply: Reply<JoinAnswer>,
  now: Moment,
): void {
  if (!hasRoom(group, request)) {
    turnAway(group, request.memberId, now)
    reply.answer(joinError('GROUP_MAX_SIZE_REACHED'))
  } else if (!supportsProtocols(group, request.protocolType, request.protocols)) {
    reply.answer(joinError('INCONSISTENT_GROUP_PROTOCOL', request.memberId))
  } else if (request.memberId === '') {
    joinUnknown(group, request, reply, now)
  } else if (group.pendingIds.delete(request.memberId)) {
    addMember(group, request.memberId, request, reply, now)
  } else {
    const error = memberError(group, request.memberId, request.instanceId)
    const member = group.members.get(request.memberId)
    if (error !== 'NONE' || !member) reply.answer(joinError(error, request.memberId))
    else rejoin(group, member, request, reply, now)
  }
}

/** One that was in, and has outgrown the group, is out as if it had left: the others share anew. */
function turnAway(group: ClassicGroup, memberId: string, now: Moment): void {
  group.pendingIds.delete(memberId)
  if (group.members.has(memberId)) {
    group.changed = true
    dropMember(group, memberId)
    rebalanceOrComplete(group, now)
  } else {
    completeJoinIfAllJoined(group, now)
  }
}

/** Those who are in keep their place; a rebalance leaves out who joins last. */
function hasRoom(group: ClassicGroup, request: JoinRequest): boolean {
  const { memberId } = request
  const known = group.members.get(memberId)
  const wasPending = group.pendingIds.has(memberId)
  const othersBytes = bytesOfMembers(group) - (known ? bytesOfMember(known) : 0)
  if (othersBytes + bytesOfMember(request) > GROUP_BYTES_MAX) return false
  if (group.state === 'PreparingRebalance') {
    const joining = joiningCount(group) + group.pendingIds.size - (wasPending ? 1 : 0)
    return known?.parkedJoin !== undefined || joining < GROUP_MEMBERS_MAX
  }
  const others = group.members.size + group.pendingIds.size - (wasPending ? 1 : 0)
  return known !== undefined || others < GROUP_MEMBERS_MAX
}

function joinUnknown(
  group: ClassicGroup,
  request: JoinRequest,
  reply: Reply<JoinAnswer>,
  now: Moment,
): void {
  const { instanceId, newMemberId } = request
  const replaced = instanceId === null ? undefined : group.staticIds.get(instanceId)
  const old = replaced === undefined ? undefined : group.members.get(replaced)
  if (old) {
    replaceStatic(group, old, request, reply, now)
  } else if (instanceId === null && request.needsKnownId) {
    const deadlineMs = now.monotonicMs + request.sessionTimeoutMs
    group.pendingIds.set(newMemberId, deadlineMs)
    group.earliestMs = Math.min(group.earliestMs, deadlineMs)
    reply.answer(joinError('MEMBER_ID_REQUIRED', newMemberId))
  } else {
    addMember(group, newMemberId, request, reply, now)
  }
}

function addMember(
  group: ClassicGroup,
  id: string,
  request: JoinRequest,
  reply: Reply<JoinAnswer>,
  now: Moment,
): void {
  const member: ClassicMember = {
    id,
    instanceId: request.instanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    protocols: request.protocols,
    assignment: NO_BYTES,
    isNew: true,
    deadlineMs: Number.POSITIVE_INFINITY,
    parkedJoin: reply,
    parkedSync: undefined,
  }
  if (group.members.size === 0) group.protocolType = request.protocolType
  group.members.set(id, member)
  group.leaderId ??= id
  if (member.instanceId !== null) group.staticIds.set(member.instanceId, id)
  if (group.join?.initial) group.join.initial.hasNewMember = true
  // A new member sends no heartbeats while its JoinGroup waits; if it has gone, this ends the wait.
  extendSession(group, member, now.monotonicMs, NEW_MEMBER_JOIN_TIMEOUT_MS)
  rebalanceOrComplete(group, now)
}

function rejoin(
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  reply: Reply<JoinAnswer>,
  now: Moment,
): void {
  const isUnchanged = hasProtocols(member, request.protocols)
  const isStableLeader = group.state === 'Stable' && group.leaderId === member.id
  if (group.state !== 'PreparingRebalance' && isUnchanged && !isStableLeader) {
    // It may have missed the answer to its first JoinGroup of this generation.
    reply.answer(joinAnswer(group, member))
    return
  }
  // A leader that joins anew wants a rebalance: what it assigns by has changed.
  updateMember(member, request, reply)
  rebalanceOrComplete(group, now)
}

/** A static member has come back under a new id (KIP-345): the old one is fenced. */
function replaceStatic(
  group: ClassicGroup,
  old: ClassicMember,
  request: JoinRequest,
  reply: Reply<JoinAnswer>,
  now: Moment,
): void {
  const leaderBefore = group.leaderId
  const member = takeOver(group, old, request)
  updateMember(member, request, reply)
  extendSession(group, member, now.monotonicMs)
  if (group.state === 'Stable') {
    if (selectProtocol(group) !== group.protocolName) rebalanceOrComplete(group, now)
    else carryOn(group, member, leaderBefore, request.knowsSkipAssignment)
  } else if (group.state === 'CompletingRebalance') {
    // The leader assigns to the old id: what it sends would pass the new one by.
    prepareRebalance(group, now)
  } else {
    completeJoinIfAllJoined(group, now)
  }
}

/** It keeps the assignment of its predecessor. An old client that leads must not know, or it would assign. */
function carryOn(
  group: ClassicGroup,
  member: ClassicMember,
  leaderBefore: string | null,
  skips: boolean,
): void {
  const isLeader = group.leaderId === member.id
  group.changed = true
  answerJoin(member, {
    ...joinAnswer(group, member),
    leaderId: (skips ? group.leaderId : leaderBefore) ?? '',
    members: skips && isLeader ? membersForLeader(group) : [],
    skipAssignment: skips && isLeader,
  })
}

function takeOver(group: ClassicGroup, old: ClassicMember, request: JoinRequest): ClassicMember {
  const fenced: KafkaErrorName = 'FENCED_INSTANCE_ID'
  answerJoin(old, joinError(fenced, old.id))
  answerSync(old, syncError(fenced))
  const { clientId, clientHost, newMemberId: id } = request
  const member: ClassicMember = { ...old, id, clientId, clientHost }
  group.members.delete(old.id)
  group.members.set(id, member)
  if (old.instanceId !== null) group.staticIds.set(old.instanceId, id)
  if (group.unsynced.delete(old.id)) group.unsynced.add(id)
  if (group.leaderId === old.id) group.leaderId = id
  return member
}

function updateMember(member: ClassicMember, request: JoinRequest, reply: Reply<JoinAnswer>): void {
  // A second JoinGroup takes the place of the first, which must not wait for ever.
  answerJoin(member, joinError('REBALANCE_IN_PROGRESS', member.id))
  member.protocols = request.protocols
  member.sessionTimeoutMs = request.sessionTimeoutMs
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs
  member.parkedJoin = reply
}
