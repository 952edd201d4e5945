import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { GROUP_BYTES_MAX } from '../limits.ts'
import type { Moment } from '../moment.ts'
import type { Reply } from '../reply.ts'
import type { ClassicGroup, ClassicMember, SyncAnswer } from './classic-group.ts'
import {
  extendSession,
  haveAllJoined,
  memberError,
  NO_BYTES,
  syncError,
  transition,
} from './classic-group.ts'
import {
  answerSync,
  completeJoin,
  completeJoinIfAllJoined,
  dropMember,
  endJoinPhase,
  endSyncPhase,
  prepareRebalance,
  removeMember,
  withdrawAssignments,
} from './rebalance.ts'

/** Who speaks, and of which generation it believes to be. */
export interface MemberClaim {
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
}

export interface SyncRequest extends MemberClaim {
  /** Null where the version does not carry them (before KIP-559). */
  readonly protocolType: string | null
  readonly protocolName: string | null
  /** What the leader assigns. */
  readonly assignments: ReadonlyMap<string, Buffer>
}

/** Answers the assignment: at once, or when the leader has sent it. */
export function sync(
  group: ClassicGroup,
  request: SyncRequest,
  reply: Reply<SyncAnswer>,
  now: Moment,
): void {
  const error = syncRefusal(group, request)
  const member = group.members.get(request.memberId)
  if (error !== 'NONE' || !member) {
    reply.answer(syncError(error))
    return
  }
  group.unsynced.delete(member.id)
  if (group.unsynced.size === 0) group.syncDeadlineMs = Number.POSITIVE_INFINITY
  if (group.state === 'Stable') {
    reply.answer(syncAnswer(group, member))
    return
  }
  // A second SyncGroup takes the place of the first, which must not wait for ever.
  answerSync(member, syncError('REBALANCE_IN_PROGRESS'))
  member.parkedSync = reply
  if (group.leaderId === member.id) assign(group, request.assignments, now)
}

/** An open session goes on. */
export function heartbeat(group: ClassicGroup, claim: MemberClaim, now: Moment): KafkaErrorName {
  const error = claimError(group, claim)
  const member = group.members.get(claim.memberId)
  if (error !== 'NONE' || !member) return error
  extendSession(group, member, now.monotonicMs)
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}

export interface LeavingMember {
  /** Empty when an administrator removes a static member. */
  readonly memberId: string
  readonly instanceId: string | null
}

/** One answer for each, in their order; all who left share one rebalance. */
export function leave(
  group: ClassicGroup,
  leaving: ReadonlyArray<LeavingMember>,
  now: Moment,
): ReadonlyArray<KafkaErrorName> {
  const errors = leaving.map((one) => leaveOne(group, one))
  if (errors.includes('NONE')) {
    if (group.state === 'PreparingRebalance') completeAfterLeaving(group, now)
    else if (group.state !== 'Empty') prepareRebalance(group, now)
  }
  return errors
}

/** Where the last one has left a first rebalance there is nobody to wait for. */
function completeAfterLeaving(group: ClassicGroup, now: Moment): void {
  if (group.members.size === 0 && haveAllJoined(group)) completeJoin(group, now)
  else completeJoinIfAllJoined(group, now)
}

/** Whether offsets of this claim may be committed now, or why not. */
export function commitError(
  group: ClassicGroup,
  claim: MemberClaim,
  isTransactional: boolean,
): KafkaErrorName {
  if (claim.generation < 0 && group.state === 'Empty') return 'NONE'
  if (claim.generation >= 0 || claim.memberId !== '' || claim.instanceId !== null) {
    const error = claimError(group, claim)
    if (error !== 'NONE') return error
  } else if (!isTransactional && group.state !== 'Empty') {
    return 'UNKNOWN_MEMBER_ID'
  }
  const isWaiting = !isTransactional && group.state === 'CompletingRebalance'
  return isWaiting ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}

/** Who commits is alive. */
export function noteCommit(group: ClassicGroup, claim: MemberClaim, now: Moment): void {
  const member = group.members.get(claim.memberId)
  if (member && claim.generation >= 0) extendSession(group, member, now.monotonicMs)
}

/** Does what is due at this moment, and finds out when to look again. */
export function expire(group: ClassicGroup, now: Moment): void {
  const nowMs = now.monotonicMs
  for (const [memberId, deadlineMs] of [...group.pendingIds]) {
    if (deadlineMs > nowMs) continue
    group.pendingIds.delete(memberId)
    if (group.state === 'PreparingRebalance' && haveAllJoined(group)) completeJoin(group, now)
  }
  for (const member of [...group.members.values()]) expireMember(group, member, now)
  if (group.join && group.join.deadlineMs <= nowMs) endJoinPhase(group, now)
  if (group.syncDeadlineMs <= nowMs) endSyncPhase(group, now)
  group.earliestMs = nextDeadline(group)
}

/** Lets all who wait know that this group, as it is in memory, is no more. */
export function abandonClassic(group: ClassicGroup, error: unknown): void {
  for (const member of group.members.values()) {
    member.parkedJoin?.fail(error)
    member.parkedSync?.fail(error)
    member.parkedJoin = undefined
    member.parkedSync = undefined
  }
}

function syncRefusal(group: ClassicGroup, request: SyncRequest): KafkaErrorName {
  const error = claimError(group, request)
  if (error !== 'NONE') return error
  const differs = (asked: string | null, is: string | null) =>
    asked !== null && is !== null && asked !== is
  if (
    differs(request.protocolType, group.protocolType) ||
    differs(request.protocolName, group.protocolName)
  ) {
    return 'INCONSISTENT_GROUP_PROTOCOL'
  }
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}

function assign(group: ClassicGroup, assignments: SyncRequest['assignments'], now: Moment): void {
  let bytes = 0
  for (const assignment of assignments.values()) bytes += assignment.length
  if (bytes > GROUP_BYTES_MAX) {
    withdrawAssignments(group, 'UNKNOWN_SERVER_ERROR', now)
    prepareRebalance(group, now)
    return
  }
  for (const member of group.members.values()) {
    member.assignment = assignments.get(member.id) ?? NO_BYTES
  }
  for (const member of group.members.values()) {
    if (answerSync(member, syncAnswer(group, member))) {
      extendSession(group, member, now.monotonicMs)
    }
  }
  transition(group, 'Stable', now.wallMs)
  group.changed = true
}

function syncAnswer(group: ClassicGroup, member: ClassicMember): SyncAnswer {
  return {
    error: 'NONE',
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    assignment: member.assignment,
  }
}

function claimError(group: ClassicGroup, claim: MemberClaim): KafkaErrorName {
  const error = memberError(group, claim.memberId, claim.instanceId)
  if (error !== 'NONE') return error
  return claim.generation === group.generation ? 'NONE' : 'ILLEGAL_GENERATION'
}

function leaveOne(group: ClassicGroup, { memberId, instanceId }: LeavingMember): KafkaErrorName {
  if (memberId === '') {
    const holder = instanceId === null ? undefined : group.staticIds.get(instanceId)
    if (holder === undefined) return 'UNKNOWN_MEMBER_ID'
    dropMember(group, holder)
    return 'NONE'
  }
  if (group.pendingIds.delete(memberId)) return 'NONE'
  const error = memberError(group, memberId, instanceId)
  if (error === 'NONE') dropMember(group, memberId)
  return error
}

/** One who waits for an answer of ours is not expected to be heard of, unless it is new. */
function expireMember(group: ClassicGroup, member: ClassicMember, now: Moment): void {
  if (member.deadlineMs > now.monotonicMs || group.members.get(member.id) !== member) return
  if (!member.isNew && (member.parkedJoin || member.parkedSync)) {
    member.deadlineMs = Number.POSITIVE_INFINITY
    return
  }
  removeMember(group, member, now)
}

function nextDeadline(group: ClassicGroup): number {
  let earliestMs = Math.min(
    group.join?.deadlineMs ?? Number.POSITIVE_INFINITY,
    group.syncDeadlineMs,
  )
  for (const deadlineMs of group.pendingIds.values()) earliestMs = Math.min(earliestMs, deadlineMs)
  for (const { deadlineMs } of group.members.values()) earliestMs = Math.min(earliestMs, deadlineMs)
  return earliestMs
}
