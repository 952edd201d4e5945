import type { Clock } from '../../../base/clock.ts'
import type { Scope } from '../../../base/scope.ts'
import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import type { ClassicGroup, JoinAnswer, SyncAnswer } from './classic/classic-group.ts'
import { createClassicGroup, joinError, syncError } from './classic/classic-group.ts'
import type { JoinRequest } from './classic/join.ts'
import { join } from './classic/join.ts'
import type { LeavingMember, MemberClaim, SyncRequest } from './classic/membership.ts'
import { heartbeat, leave, sync } from './classic/membership.ts'
import { CONSUMER_PROTOCOL_TYPE } from './classic/subscription.ts'
import type { ConsumerGroup, Refusal } from './consumer/consumer-group.ts'
import { createConsumerGroup } from './consumer/consumer-group.ts'
import type { ConsumerHeartbeat, HeartbeatAnswer } from './consumer/heartbeat.ts'
import { consumerHeartbeat, consumerLeave } from './consumer/heartbeat.ts'
import type { TopicImages } from './consumer/topic-images.ts'
import type { Group } from './group-record.ts'
import type { Slot } from './group-slot.ts'
import type { GroupTable } from './group-table.ts'
import type { Moment } from './moment.ts'
import type { Reply } from './reply.ts'

/**
 * Who is in which group. Events of one group take effect in the order of the calls, and each answer
 * tells of a state that is durable. An `EngineError` means: nothing of it is certain, ask again.
 */
export interface Coordinator {
  join(scope: Scope, groupId: string, request: JoinRequest): Promise<JoinAnswer>
  sync(scope: Scope, groupId: string, request: SyncRequest): Promise<SyncAnswer>
  heartbeat(scope: Scope, groupId: string, claim: MemberClaim): Promise<KafkaErrorName>
  leave(
    scope: Scope,
    groupId: string,
    leaving: ReadonlyArray<LeavingMember>,
  ): Promise<ReadonlyArray<KafkaErrorName>>
  /** `sees` says which topics an expression may match for this member. */
  consumerHeartbeat(
    scope: Scope,
    groupId: string,
    request: ConsumerHeartbeat,
    sees: (topic: string) => boolean,
  ): Promise<HeartbeatAnswer | Refusal>
  consumerLeave(
    scope: Scope,
    groupId: string,
    request: Pick<ConsumerHeartbeat, 'memberId' | 'instanceId' | 'epoch'>,
  ): Promise<HeartbeatAnswer | Refusal>
  /** As they are in memory now. */
  list(scope: Scope): Promise<ReadonlyArray<Group>>
  find(scope: Scope, groupId: string): Promise<Group | undefined>
}

export function createCoordinator(deps: {
  readonly table: GroupTable
  readonly images: TopicImages
  readonly clock: Clock
}): Coordinator {
  const { table } = deps

  /** Work for one group, in turn; it answers at once, or through an event of the group. */
  async function inTurn<T>(
    scope: Scope,
    groupId: string,
    work: () => Promise<T | { readonly answer: Promise<T> }>,
  ): Promise<T> {
    await table.ready()
    const asked = await table.inTurn(scope, groupId, async () => {
      const outcome = await work()
      return isAsked(outcome) ? outcome : { answer: Promise.resolve(outcome) }
    })
    return asked.answer
  }

  /** An event of a classic group that is there; `none` where it is not. */
  const toClassic = <T>(scope: Scope, groupId: string, none: T, event: ClassicEvent<T>) =>
    inTurn<T>(scope, groupId, async () => {
      const slot = table.find(scope, groupId)
      return slot?.group.kind === 'classic' ? askClassic(table, slot, none, event) : none
    })

  return {
    join: (scope, groupId, request) =>
      inTurn<JoinAnswer>(scope, groupId, async () => {
        const slot = openClassic(table, scope, groupId, request)
        if (typeof slot === 'string') return joinError(slot, request.memberId)
        const other = joinError('INCONSISTENT_GROUP_PROTOCOL', request.memberId)
        return askClassic(table, slot, other, (group, reply, now) =>
          join(group, request, reply, now),
        )
      }),
    sync: (scope, groupId, request) =>
      toClassic<SyncAnswer>(scope, groupId, syncError('UNKNOWN_MEMBER_ID'), (group, reply, now) =>
        sync(group, request, reply, now),
      ),
    heartbeat: (scope, groupId, claim) =>
      toClassic<KafkaErrorName>(scope, groupId, 'UNKNOWN_MEMBER_ID', (group, reply, now) =>
        reply.answer(heartbeat(group, claim, now)),
      ),
    leave: (scope, groupId, leaving) =>
      toClassic<ReadonlyArray<KafkaErrorName>>(
        scope,
        groupId,
        leaving.map(() => 'UNKNOWN_MEMBER_ID'),
        (group, reply, now) => reply.answer(leave(group, leaving, now)),
      ),
    consumerHeartbeat: (scope, groupId, request, sees) =>
      inTurn<ConsumerAnswer>(scope, groupId, () => beat(deps, scope, groupId, request, sees)),
    consumerLeave: (scope, groupId, request) =>
      inTurn<ConsumerAnswer>(scope, groupId, async () => {
        const slot = table.find(scope, groupId)
        if (slot?.group.kind !== 'consumer') return noConsumerGroup(groupId)
        return askConsumer(table, slot, (group, now) => consumerLeave(group, request, now))
      }),
    async list(scope) {
      await table.ready()
      return table.list(scope).map(({ group }) => group)
    },
    async find(scope, groupId) {
      await table.ready()
      return table.find(scope, groupId)?.group
    },
  }
}

type ConsumerAnswer = HeartbeatAnswer | Refusal
type ClassicEvent<T> = (group: ClassicGroup, reply: Reply<T>, now: Moment) => void

function isAsked<T>(
  outcome: T | { readonly answer: Promise<T> },
): outcome is { readonly answer: Promise<T> } {
  return typeof outcome === 'object' && outcome !== null && 'answer' in outcome
}

function askClassic<T>(table: GroupTable, slot: Slot, none: T, event: ClassicEvent<T>) {
  return table.ask<T>(slot, (group, reply, now) => {
    if (group.kind === 'classic') event(group, reply, now)
    else reply.answer(none)
  })
}

function askConsumer(
  table: GroupTable,
  slot: Slot,
  event: (group: ConsumerGroup, now: Moment) => ConsumerAnswer,
) {
  return table.ask<ConsumerAnswer>(slot, (group, reply, now) =>
    reply.answer(group.kind === 'consumer' ? event(group, now) : noConsumerGroup(slot.groupId)),
  )
}

/** Looks the topics up first: the group changes only when all that is needed for it is there. */
async function beat(
  { table, images, clock }: Parameters<typeof createCoordinator>[0],
  scope: Scope,
  groupId: string,
  request: ConsumerHeartbeat,
  sees: (topic: string) => boolean,
) {
  const before = table.find(scope, groupId)?.group
  const refusal = consumerRefusal(before, groupId, request.epoch)
  if (refusal) return refusal
  const known = before?.kind === 'consumer' ? before : undefined
  const image = await images.imageFor(scope, known, request, sees, clock.monotonicMs())
  if ('error' in image) return image
  const slot = openConsumer(table, scope, groupId)
  if (!slot) return tooManyGroups(groupId)
  return askConsumer(table, slot, (group, now) => consumerHeartbeat(group, request, image, now))
}

/**
 * The group for a JoinGroup, made where it is not there and the member is new. A consumer group
 * without members becomes a classic one, its generation going on; one with members takes none that
 * speak the classic protocol (Apache can lead both at once; we do not).
 */
function openClassic(
  table: GroupTable,
  scope: Scope,
  groupId: string,
  request: JoinRequest,
): Slot | KafkaErrorName {
  const slot = table.find(scope, groupId)
  if (!slot && request.memberId !== '') return 'UNKNOWN_MEMBER_ID'
  if (slot?.group.kind === 'consumer') {
    const { group } = slot
    if (group.members.size > 0) return 'INCONSISTENT_GROUP_PROTOCOL'
    slot.group = createClassicGroup(
      groupId,
      group.stateSinceMs,
      group.epoch,
      CONSUMER_PROTOCOL_TYPE,
    )
  }
  const opened =
    slot ?? table.open(scope, groupId, ({ wallMs }) => createClassicGroup(groupId, wallMs))
  return opened ?? 'POLICY_VIOLATION'
}

/** The group for a ConsumerGroupHeartbeat; a classic group without members becomes one of the new kind. */
function openConsumer(table: GroupTable, scope: Scope, groupId: string): Slot | undefined {
  const slot = table.find(scope, groupId)
  if (slot?.group.kind === 'classic') {
    slot.group = createConsumerGroup(groupId, slot.group.stateSinceMs, slot.group.generation)
  }
  return slot ?? table.open(scope, groupId, ({ wallMs }) => createConsumerGroup(groupId, wallMs))
}

function consumerRefusal(
  group: Group | undefined,
  groupId: string,
  epoch: number,
): Refusal | undefined {
  if (group?.kind === 'consumer' || (!group && epoch === 0)) return undefined
  const isFree = group && group.members.size === 0 && group.pendingIds.size === 0
  if (isFree && epoch === 0) return undefined
  if (group && !isFree) {
    const message = `group ${groupId} has members that speak the classic protocol; both protocols in one group are not built`
    return { error: 'GROUP_ID_NOT_FOUND', message }
  }
  return noConsumerGroup(groupId)
}

function noConsumerGroup(groupId: string): Refusal {
  return { error: 'GROUP_ID_NOT_FOUND', message: `there is no consumer group ${groupId}` }
}

function tooManyGroups(groupId: string): Refusal {
  return { error: 'POLICY_VIOLATION', message: `there are too many groups to make ${groupId}` }
}
