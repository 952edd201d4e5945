import { CONSUMER_SESSION_TIMEOUT_MS, GROUP_BYTES_MAX, GROUP_MEMBERS_MAX } from '../limits.ts'
import type { Moment } from '../moment.ts'
import type { Assignment } from './assignment.ts'
import { isSame, isSubset, NOTHING } from './assignment.ts'
import type {
  ConsumerGroup,
  ConsumerMember,
  MemberSession,
  Refusal,
  TopicImage,
} from './consumer-group.ts'
import {
  LEFT_FOR_A_WHILE,
  putMember,
  subscriptionOf,
  takeMember,
  targetOf,
} from './consumer-group.ts'
import type { MemberWord } from './reconcile.ts'
import { reconcile } from './reconcile.ts'
import { retarget } from './retarget.ts'

export interface ConsumerHeartbeat {
  readonly memberId: string
  /** 0 to join. */
  readonly epoch: number
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Answers on one connection arrive in order, or none after one that is lost. */
  readonly connectionId: string
  /** Null, here and below: as before. */
  readonly rackId: string | null
  readonly rebalanceTimeoutMs: number | null
  readonly topics: ReadonlyArray<string> | null
  readonly regex: string | null
  readonly assignor: string | null
  /** What the member has now; null when that is what it was told. */
  readonly owned: Assignment | null
}

export interface HeartbeatAnswer {
  readonly error: 'NONE'
  readonly memberId: string
  readonly epoch: number
  /** Null: as before. */
  readonly assignment: Assignment | null
}

/** A member joins, tells what it wants and has, and learns what it may read. */
export function consumerHeartbeat(
  group: ConsumerGroup,
  request: ConsumerHeartbeat,
  image: TopicImage,
  now: Moment,
): HeartbeatAnswer | Refusal {
  if (!group.members.has(request.memberId) && group.members.size >= GROUP_MEMBERS_MAX) {
    const message = `group ${group.groupId} has ${GROUP_MEMBERS_MAX} members, which is the most`
    return { error: 'GROUP_MAX_SIZE_REACHED', message }
  }
  const found =
    request.instanceId === null ? findDynamic(group, request) : findStatic(group, request)
  if ('error' in found) return found
  const updated = applyRequest(found, request)
  const hasNewSubscription =
    updated.regex !== found.regex || !isSameList(updated.topics, found.topics)
  if (hasNewSubscription && bytesWith(group, updated) > GROUP_BYTES_MAX) {
    const message = `the members of group ${group.groupId} subscribe to more than ${GROUP_BYTES_MAX} bytes of names`
    return { error: 'GROUP_MAX_SIZE_REACHED', message }
  }
  if (updated !== group.members.get(updated.id)) putMember(group, updated)
  noteTopics(group, image, hasNewSubscription)
  if (group.epoch > group.targetEpoch) retarget(group)
  const word = wordOf(group, updated, request)
  const next = reconcile(group, updated, word)
  if (next !== updated) putMember(group, next)
  noteHeartbeat(group, updated, next, request, now.monotonicMs)
  const isNews = !isSame(found.assigned, next.assigned)
  const tellsAll = request.epoch === 0 || saysAll(request) || isNews
  return {
    error: 'NONE',
    memberId: next.id,
    epoch: next.epoch,
    assignment: tellsAll ? next.assigned : null,
  }
}

/** The epoch grows with each change of what is to be shared. */
function noteTopics(group: ConsumerGroup, image: TopicImage, hasNewSubscription: boolean): void {
  const isNews = image !== group.image || hasNewSubscription
  group.image = image
  if (!isNews && group.epoch > 0) return
  const metadata = metadataOf(group)
  if (group.epoch > 0 && !hasNewSubscription && metadata === group.metadata) return
  group.epoch++
  group.metadata = metadata
  group.changed = true
}

/** What the subscriptions of all members take, with this one as it is to be. */
function bytesWith(group: ConsumerGroup, member: ConsumerMember): number {
  let bytes = bytesOf(member)
  for (const other of group.members.values()) if (other.id !== member.id) bytes += bytesOf(other)
  return bytes
}

function bytesOf({ id, instanceId, rackId, clientId, topics, regex }: ConsumerMember): number {
  const texts = [id, instanceId ?? '', rackId ?? '', clientId, regex, ...topics]
  return texts.reduce((bytes, text) => bytes + text.length, 0)
}

/** Answers the epoch to confirm, or why it is refused. */
export function consumerLeave(
  group: ConsumerGroup,
  request: Pick<ConsumerHeartbeat, 'memberId' | 'instanceId' | 'epoch'>,
  now: Moment,
): HeartbeatAnswer | Refusal {
  const { memberId, instanceId, epoch } = request
  const holder = instanceId === null ? memberId : group.staticIds.get(instanceId)
  const member = holder === undefined ? undefined : group.members.get(holder)
  if (!member) return unknownMember(group, request)
  if (member.id !== memberId) return fencedInstance(member, request)
  if (instanceId !== null && epoch === LEFT_FOR_A_WHILE) {
    putMember(group, { ...member, epoch: LEFT_FOR_A_WHILE, state: 'stable', revoking: NOTHING })
    const session = group.sessions.get(member.id)
    if (session) setSession(group, member.id, { ...session, rebalanceMs: Number.POSITIVE_INFINITY })
  } else {
    fence(group, member.id, now)
  }
  return { error: 'NONE', memberId, epoch, assignment: null }
}

/** The member is out; the others share anew with their next heartbeats. */
function fence(group: ConsumerGroup, memberId: string, now: Moment): void {
  takeMember(group, memberId)
  group.sessions.delete(memberId)
  const targets = new Map(group.targets)
  targets.delete(memberId)
  group.targets = targets
  group.metadata = metadataOf(group)
  group.epoch++
  group.changed = true
  if (group.members.size === 0) group.stateSinceMs = now.wallMs
}

/** Fences the members whose time is over, and finds out when to look again. */
export function expireConsumers(group: ConsumerGroup, now: Moment): void {
  for (const [memberId, { endsMs, rebalanceMs }] of [...group.sessions]) {
    if (Math.min(endsMs, rebalanceMs) <= now.monotonicMs) fence(group, memberId, now)
  }
  group.earliestMs = Number.POSITIVE_INFINITY
  for (const { endsMs, rebalanceMs } of group.sessions.values()) {
    group.earliestMs = Math.min(group.earliestMs, endsMs, rebalanceMs)
  }
}

/** A member that came from the medium has a session of its full length, to be heard of in. */
export function beginSession(group: ConsumerGroup, member: ConsumerMember, nowMs: number): void {
  const isRevoking = member.state === 'unrevoked'
  setSession(group, member.id, {
    endsMs: nowMs + CONSUMER_SESSION_TIMEOUT_MS,
    rebalanceMs: isRevoking ? nowMs + member.rebalanceTimeoutMs : Number.POSITIVE_INFINITY,
    owned: null,
    connectionId: '',
  })
}

function noteHeartbeat(
  group: ConsumerGroup,
  before: ConsumerMember,
  member: ConsumerMember,
  request: ConsumerHeartbeat,
  nowMs: number,
): void {
  const last = group.sessions.get(member.id)
  const isRevoking = member.state === 'unrevoked'
  setSession(group, member.id, {
    endsMs: nowMs + CONSUMER_SESSION_TIMEOUT_MS,
    rebalanceMs: !isRevoking
      ? Number.POSITIVE_INFINITY
      : before === member && last
        ? last.rebalanceMs
        : nowMs + member.rebalanceTimeoutMs,
    owned: request.owned ?? last?.owned ?? null,
    connectionId: request.connectionId,
  })
}

function setSession(group: ConsumerGroup, memberId: string, session: MemberSession): void {
  group.sessions.set(memberId, session)
  group.earliestMs = Math.min(group.earliestMs, session.endsMs, session.rebalanceMs)
}

/** So do members that join, and those that have not got an answer; some do with every heartbeat. */
function saysAll({ owned, rebalanceTimeoutMs, topics, regex }: ConsumerHeartbeat): boolean {
  return owned !== null && rebalanceTimeoutMs !== null && (topics !== null || regex !== null)
}

/**
 * A member that says all may have missed what it was told, and be about to take what it was to give
 * up. Unless it says so where it was answered, it is told again first.
 */
function wordOf(
  group: ConsumerGroup,
  member: ConsumerMember,
  request: ConsumerHeartbeat,
): MemberWord {
  if (request.epoch === 0) return { isJoining: true, owned: NOTHING }
  const session = group.sessions.get(member.id)
  const isDoubtful = saysAll(request) && session?.connectionId !== request.connectionId
  const owned = isDoubtful ? null : (request.owned ?? session?.owned ?? null)
  return { isJoining: false, owned }
}

function findDynamic(group: ConsumerGroup, request: ConsumerHeartbeat): ConsumerMember | Refusal {
  const member = group.members.get(request.memberId)
  if (!member) return request.epoch === 0 ? newMember(request) : unknownMember(group, request)
  return epochRefusal(member, request) ?? member
}

function findStatic(group: ConsumerGroup, request: ConsumerHeartbeat): ConsumerMember | Refusal {
  const { memberId, instanceId, epoch } = request
  const holder = instanceId === null ? undefined : group.staticIds.get(instanceId)
  const member = holder === undefined ? undefined : group.members.get(holder)
  if (epoch !== 0) {
    if (!member) return unknownMember(group, request)
    if (member.id !== memberId) return fencedInstance(member, request)
    return epochRefusal(member, request) ?? member
  }
  if (!member) return newMember(request)
  if (member.id === memberId && member.epoch !== LEFT_FOR_A_WHILE) return member
  if (member.epoch !== LEFT_FOR_A_WHILE) {
    const message = `instance ${instanceId} is in the group as member ${member.id}, which has not left`
    return { error: 'UNRELEASED_INSTANCE_ID', message }
  }
  return takeOver(group, member, memberId)
}

/** The instance is back: it goes on with what it had, and nobody else has to move. */
function takeOver(group: ConsumerGroup, old: ConsumerMember, memberId: string): ConsumerMember {
  const targets = new Map(group.targets)
  targets.delete(old.id)
  targets.set(memberId, targetOf(group, old.id))
  group.targets = targets
  takeMember(group, old.id)
  group.sessions.delete(old.id)
  const member: ConsumerMember = { ...old, id: memberId, epoch: 0, previousEpoch: 0 }
  putMember(group, member)
  return member
}

function newMember(request: ConsumerHeartbeat): ConsumerMember {
  return {
    id: request.memberId,
    instanceId: request.instanceId,
    rackId: null,
    clientId: request.clientId,
    clientHost: request.clientHost,
    epoch: 0,
    previousEpoch: 0,
    state: 'stable',
    rebalanceTimeoutMs: 0,
    topics: [],
    regex: '',
    assignor: null,
    assigned: NOTHING,
    revoking: NOTHING,
  }
}

/** The member itself where the request says nothing new. */
function applyRequest(member: ConsumerMember, request: ConsumerHeartbeat): ConsumerMember {
  const topics = request.topics && [...new Set(request.topics)].sort()
  const updated: ConsumerMember = {
    ...member,
    instanceId: request.instanceId ?? member.instanceId,
    rackId: request.rackId ?? member.rackId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs ?? member.rebalanceTimeoutMs,
    topics: topics && !isSameList(topics, member.topics) ? topics : member.topics,
    regex: request.regex ?? member.regex,
    assignor: request.assignor ?? member.assignor,
  }
  const keys = Object.keys(updated) as ReadonlyArray<keyof ConsumerMember>
  return keys.every((key) => updated[key] === member[key]) ? member : updated
}

/** The epoch before is taken too, from one that cannot have missed more than our last answer. */
function epochRefusal(member: ConsumerMember, request: ConsumerHeartbeat): Refusal | undefined {
  const { epoch, owned } = request
  if (epoch === 0 || epoch === member.epoch) return undefined
  const isBehind = epoch < member.epoch
  if (isBehind && epoch === member.previousEpoch && owned && isSubset(owned, member.assigned)) {
    return undefined
  }
  const message = `the member is in epoch ${member.epoch}, not ${epoch}: it has to give up its partitions and join again`
  return { error: 'FENCED_MEMBER_EPOCH', message }
}

function unknownMember(
  group: ConsumerGroup,
  { memberId, instanceId }: Pick<ConsumerHeartbeat, 'memberId' | 'instanceId'>,
): Refusal {
  const message =
    instanceId === null
      ? `group ${group.groupId} has no member ${memberId}`
      : `group ${group.groupId} has no instance ${instanceId}`
  return { error: 'UNKNOWN_MEMBER_ID', message }
}

function fencedInstance(
  member: ConsumerMember,
  { memberId, instanceId }: Pick<ConsumerHeartbeat, 'memberId' | 'instanceId'>,
): Refusal {
  const message = `instance ${instanceId} is member ${member.id} by now, not ${memberId}`
  return { error: 'FENCED_INSTANCE_ID', message }
}

/** What the target depends on besides the members, as one text. */
function metadataOf(group: ConsumerGroup): string {
  const names = new Set<string>()
  for (const member of group.members.values()) {
    for (const name of subscriptionOf(member, group.image)) names.add(name)
  }
  return [...names]
    .sort()
    .map((name) => {
      const topic = group.image.topics.get(name)
      return topic ? `${name}=${topic.id}:${topic.partitionCount}` : name
    })
    .join()
}

function isSameList(left: ReadonlyArray<string>, right: ReadonlyArray<string>): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index])
}
