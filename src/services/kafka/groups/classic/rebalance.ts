import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { INITIAL_REBALANCE_DELAY_MS, JOIN_PHASE_AGAIN_MS_MIN } from '../limits.ts'
import type { Moment } from '../moment.ts'
import type { ClassicGroup, ClassicMember } from './classic-group.ts'
import {
  extendSession,
  haveAllJoined,
  joinAnswer,
  joinError,
  NO_BYTES,
  rebalanceTimeoutOf,
  syncError,
  transition,
} from './classic-group.ts'
import { selectProtocol } from './protocols.ts'

/** After a change of members: a rebalance begins, or the one under way may be complete. */
export function rebalanceOrComplete(group: ClassicGroup, now: Moment): void {
  if (group.state === 'PreparingRebalance') completeJoinIfAllJoined(group, now)
  else prepareRebalance(group, now)
}

/** The first rebalance of an empty group is not cut short: more members are about to come. */
export function completeJoinIfAllJoined(group: ClassicGroup, now: Moment): void {
  if (group.state !== 'PreparingRebalance' || group.previousState === 'Empty') return
  if (haveAllJoined(group)) completeJoin(group, now)
}

/** All members are to join again; those who wait for an assignment are told so. */
export function prepareRebalance(group: ClassicGroup, now: Moment): void {
  if (group.state === 'CompletingRebalance')
    withdrawAssignments(group, 'REBALANCE_IN_PROGRESS', now)
  clearSyncs(group)
  const isInitial = group.state === 'Empty'
  transition(group, 'PreparingRebalance', now.wallMs)
  const timeoutMs = rebalanceTimeoutOf(group)
  if (isInitial) {
    beginJoin(group, {
      deadlineMs: now.monotonicMs + INITIAL_REBALANCE_DELAY_MS,
      initial: {
        remainingMs: Math.max(timeoutMs - INITIAL_REBALANCE_DELAY_MS, 0),
        hasNewMember: false,
      },
    })
    return
  }
  beginJoin(group, { deadlineMs: now.monotonicMs + timeoutMs })
  if (haveAllJoined(group)) completeJoin(group, now)
}

/** The join phase has lasted as long as it may. */
export function endJoinPhase(group: ClassicGroup, now: Moment): void {
  const initial = group.join?.initial
  if (initial?.hasNewMember && initial.remainingMs > 0) {
    const delayMs = Math.min(INITIAL_REBALANCE_DELAY_MS, initial.remainingMs)
    beginJoin(group, {
      deadlineMs: now.monotonicMs + delayMs,
      initial: { remainingMs: initial.remainingMs - delayMs, hasNewMember: false },
    })
    return
  }
  completeJoin(group, now)
}

/**
 * The next generation, of those who have joined. Static members stay although they have not; if
 * nobody has joined, the phase goes on until the sessions of the members have ended.
 */
export function completeJoin(group: ClassicGroup, now: Moment): void {
  for (const member of [...group.members.values()]) {
    if (!member.parkedJoin && member.instanceId === null) dropMember(group, member.id)
  }
  if (group.members.size > 0 && !electLeader(group)) {
    const timeoutMs = Math.max(rebalanceTimeoutOf(group), JOIN_PHASE_AGAIN_MS_MIN)
    beginJoin(group, { deadlineMs: now.monotonicMs + timeoutMs })
    return
  }
  group.join = undefined
  group.generation++
  group.changed = true
  if (group.members.size === 0) {
    group.protocolName = null
    group.leaderId = null
    transition(group, 'Empty', now.wallMs)
    return
  }
  group.protocolName = selectProtocol(group)
  transition(group, 'CompletingRebalance', now.wallMs)
  for (const member of group.members.values()) {
    answerJoin(member, joinAnswer(group, member))
    extendSession(group, member, now.monotonicMs)
    member.isNew = false
    group.unsynced.add(member.id)
  }
  group.syncDeadlineMs = now.monotonicMs + rebalanceTimeoutOf(group)
  group.earliestMs = Math.min(group.earliestMs, group.syncDeadlineMs)
}

/** Those who never asked for their assignment are out; the others share anew. */
export function endSyncPhase(group: ClassicGroup, now: Moment): void {
  const late = [...group.unsynced]
  clearSyncs(group)
  if (late.length === 0) return
  for (const memberId of late) dropMember(group, memberId)
  prepareRebalance(group, now)
}

/** A member is gone for good: a waiting JoinGroup of it is told that it is unknown. */
export function removeMember(group: ClassicGroup, member: ClassicMember, now: Moment): void {
  dropMember(group, member.id)
  if (group.state === 'PreparingRebalance') {
    if (haveAllJoined(group)) completeJoin(group, now)
  } else {
    prepareRebalance(group, now)
  }
}

/** Only takes the member out; what follows for the group is up to the caller. */
export function dropMember(group: ClassicGroup, memberId: string): void {
  const member = group.members.get(memberId)
  if (!member) return
  answerJoin(member, joinError('UNKNOWN_MEMBER_ID'))
  answerSync(member, syncError('UNKNOWN_MEMBER_ID'))
  group.members.delete(memberId)
  group.unsynced.delete(memberId)
  if (member.instanceId !== null && group.staticIds.get(member.instanceId) === memberId) {
    group.staticIds.delete(member.instanceId)
  }
  if (group.leaderId === memberId) {
    const [next] = group.members.keys()
    group.leaderId = next ?? null
  }
}

/** Nobody gets what the leader had in mind; those who wait for it get the error. */
export function withdrawAssignments(group: ClassicGroup, error: KafkaErrorName, now: Moment): void {
  for (const member of group.members.values()) {
    member.assignment = NO_BYTES
    if (answerSync(member, syncError(error))) extendSession(group, member, now.monotonicMs)
  }
}

function clearSyncs(group: ClassicGroup): void {
  group.unsynced.clear()
  group.syncDeadlineMs = Number.POSITIVE_INFINITY
}

export function answerJoin(member: ClassicMember, answer: ReturnType<typeof joinError>): boolean {
  const { parkedJoin } = member
  member.parkedJoin = undefined
  parkedJoin?.answer(answer)
  return parkedJoin !== undefined
}

export function answerSync(member: ClassicMember, answer: ReturnType<typeof syncError>): boolean {
  const { parkedSync } = member
  member.parkedSync = undefined
  parkedSync?.answer(answer)
  return parkedSync !== undefined
}

function beginJoin(group: ClassicGroup, join: NonNullable<ClassicGroup['join']>): void {
  group.join = join
  group.earliestMs = Math.min(group.earliestMs, join.deadlineMs)
}

/** The leader stays as long as it joins. */
function electLeader(group: ClassicGroup): boolean {
  if (group.leaderId !== null && group.members.get(group.leaderId)?.parkedJoin) return true
  for (const member of group.members.values()) {
    if (!member.parkedJoin) continue
    group.leaderId = member.id
    return true
  }
  return false
}
