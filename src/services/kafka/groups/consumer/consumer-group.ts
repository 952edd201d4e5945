import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import type { Assignment } from './assignment.ts'
import { NOTHING } from './assignment.ts'

/**
 * A group of the protocol of KIP-848: the coordinator itself says who gets what (the target), and
 * leads each member there by its heartbeats, taking a partition from one before another gets it. The
 * functions beside this file change it by an event and a moment, and do no I/O.
 */
export interface ConsumerGroup {
  readonly kind: 'consumer'
  readonly groupId: string
  /** Grows when members, subscriptions or topics change. */
  epoch: number
  /** The epoch by which the targets were made. */
  targetEpoch: number
  targets: ReadonlyMap<string, Assignment>
  /** Each member is replaced as a whole when it changes, so that what is stored is of one moment. */
  readonly members: Map<string, ConsumerMember>
  /** Member ids by instance id. */
  readonly staticIds: Map<string, string>
  /** Who owns each partition or still has to give it up; see `ownerKey`. */
  readonly owners: Map<string, string>
  readonly sessions: Map<string, MemberSession>
  image: TopicImage
  /** Names, ids and partition counts of all subscribed topics when the epoch last grew. */
  metadata: string
  stateSinceMs: number
  /** No deadline of the group is before this moment. */
  earliestMs: number
  /** What has to be stored has changed since it was last cleared. */
  changed: boolean
}

export type MemberState = 'stable' | 'unrevoked' | 'unreleased'

export interface ConsumerMember {
  readonly id: string
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** `LEFT_FOR_A_WHILE` for a static member that will be back. */
  readonly epoch: number
  readonly previousEpoch: number
  readonly state: MemberState
  readonly rebalanceTimeoutMs: number
  readonly topics: ReadonlyArray<string>
  readonly regex: string
  readonly assignor: string | null
  /** What it may read. */
  readonly assigned: Assignment
  /** What it has been told to give up, and has not said that it has. */
  readonly revoking: Assignment
}

/** What is known of a member only as long as this process lives. */
export interface MemberSession {
  readonly endsMs: number
  /** By when it must have given up what it is asked to. */
  readonly rebalanceMs: number
  /** What it last said that it has. */
  readonly owned: Assignment | null
  /** Where it was answered last; empty when it has not been since this process began. */
  readonly connectionId: string
}

/** The topics that a group subscribes to, as they are now. */
export interface TopicImage {
  readonly atMs: number
  /** Names that were looked up, whether they are there or not. */
  readonly asked: ReadonlySet<string>
  readonly topics: ReadonlyMap<string, ImageTopic>
  /** The names that each regular expression matches. */
  readonly matches: ReadonlyMap<string, ReadonlySet<string>>
}

export interface ImageTopic {
  readonly id: string
  readonly partitionCount: number
}

export const LEFT = -1
export const LEFT_FOR_A_WHILE = -2

export const EMPTY_IMAGE: TopicImage = {
  atMs: Number.NEGATIVE_INFINITY,
  asked: new Set(),
  topics: new Map(),
  matches: new Map(),
}

/** Why a heartbeat is refused; the text goes to the client. */
export interface Refusal {
  readonly error: KafkaErrorName
  readonly message: string
}

export function createConsumerGroup(groupId: string, wallMs: number, epoch = 0): ConsumerGroup {
  return {
    kind: 'consumer',
    groupId,
    epoch,
    targetEpoch: epoch,
    targets: new Map(),
    members: new Map(),
    staticIds: new Map(),
    owners: new Map(),
    sessions: new Map(),
    image: EMPTY_IMAGE,
    metadata: '',
    stateSinceMs: wallMs,
    earliestMs: Number.POSITIVE_INFINITY,
    changed: false,
  }
}

export function consumerState(
  group: ConsumerGroup,
): 'Empty' | 'Assigning' | 'Reconciling' | 'Stable' {
  if (group.members.size === 0) return 'Empty'
  if (group.epoch > group.targetEpoch) return 'Assigning'
  for (const member of group.members.values()) {
    if (member.state !== 'stable' || member.epoch !== group.targetEpoch) return 'Reconciling'
  }
  return 'Stable'
}

/** Puts a member in, or in the place of what it was; ownership follows. */
export function putMember(group: ConsumerGroup, member: ConsumerMember): void {
  takeMember(group, member.id)
  group.members.set(member.id, member)
  if (member.instanceId !== null) group.staticIds.set(member.instanceId, member.id)
  for (const key of ownedKeys(member)) group.owners.set(key, member.id)
  group.changed = true
}

/** Takes a member out; what it owned is free. */
export function takeMember(group: ConsumerGroup, memberId: string): void {
  const member = group.members.get(memberId)
  if (!member) return
  group.members.delete(memberId)
  if (member.instanceId !== null && group.staticIds.get(member.instanceId) === memberId) {
    group.staticIds.delete(member.instanceId)
  }
  for (const key of ownedKeys(member)) group.owners.delete(key)
  group.changed = true
}

export function targetOf(group: ConsumerGroup, memberId: string): Assignment {
  return group.targets.get(memberId) ?? NOTHING
}

export function ownerKey(topicId: string, partition: number): string {
  return `${topicId}:${partition}`
}

/** The names that a member reads now: those it lists, and those that its expression matches. */
export function subscriptionOf(
  member: Pick<ConsumerMember, 'topics' | 'regex'>,
  image: TopicImage,
): ReadonlySet<string> {
  const matched = member.regex === '' ? undefined : image.matches.get(member.regex)
  return matched ? new Set([...member.topics, ...matched]) : new Set(member.topics)
}

export function consumerSubscribes(group: ConsumerGroup, topic: string): boolean {
  for (const member of group.members.values()) {
    if (subscriptionOf(member, group.image).has(topic)) return true
  }
  return false
}

function* ownedKeys({ assigned, revoking }: ConsumerMember): Iterable<string> {
  for (const owned of [assigned, revoking]) {
    for (const [topicId, partitions] of Object.entries(owned)) {
      for (const partition of partitions) yield ownerKey(topicId, partition)
    }
  }
}
