import type { Assignment } from './assignment.ts'
import { countOf, intersect, minus, pick, plus } from './assignment.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import { ownerKey, subscriptionOf, targetOf } from './consumer-group.ts'

/**
 * The next step of a member towards its target (KIP-848): first it gives up what is not its own any
 * more, and only then it gets, with the new epoch, what is free by now. What others still hold comes
 * with a later heartbeat. `owned` is what the member says that it has; null when it says nothing.
 */
export function reconcile(
  group: ConsumerGroup,
  member: ConsumerMember,
  owned: Assignment | null,
): ConsumerMember {
  const wanted = wantedBy(group, member)
  const isWaiting =
    member.state === 'unrevoked'
      ? stillHas(owned, member.revoking)
      : member.state === 'stable' && member.epoch === group.targetEpoch
  if (isWaiting) return giveUpUnsubscribed(group, member, owned)
  const kept = intersect(member.assigned, wanted)
  const revoking = minus(member.assigned, kept)
  if (countOf(revoking) > 0 && stillHas(owned, revoking)) {
    return { ...member, state: 'unrevoked', assigned: kept, revoking }
  }
  const missing = minus(wanted, kept)
  const free = pick(missing, (topicId, partition) => {
    const owner = group.owners.get(ownerKey(topicId, partition))
    return owner === undefined || owner === member.id
  })
  const hasAll = countOf(free) === countOf(missing)
  return {
    ...withEpoch(member, group.targetEpoch),
    state: hasAll ? 'stable' : 'unreleased',
    assigned: plus(kept, free),
    revoking: {},
  }
}

export function withEpoch(member: ConsumerMember, epoch: number): ConsumerMember {
  return epoch === member.epoch ? member : { ...member, epoch, previousEpoch: member.epoch }
}

/** The target, without topics that the member has unsubscribed from since it was made. */
function wantedBy(group: ConsumerGroup, member: ConsumerMember): Assignment {
  const topicIds = subscribedIds(group, member)
  return pick(targetOf(group, member.id), (topicId) => topicIds.has(topicId))
}

/** A client that has already let go of something is not asked for it: it would have no more to say. */
function giveUpUnsubscribed(
  group: ConsumerGroup,
  member: ConsumerMember,
  owned: Assignment | null,
): ConsumerMember {
  const topicIds = subscribedIds(group, member)
  const unwanted = pick(member.assigned, (topicId) => !topicIds.has(topicId))
  if (countOf(unwanted) === 0) return member
  const assigned = minus(member.assigned, unwanted)
  const revoking = plus(member.revoking, unwanted)
  if (!stillHas(owned, revoking)) return { ...member, assigned }
  return { ...member, state: 'unrevoked', assigned, revoking }
}

export function subscribedIds(
  group: ConsumerGroup,
  member: Pick<ConsumerMember, 'topics' | 'regex'>,
): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const name of subscriptionOf(member, group.image)) {
    const topic = group.image.topics.get(name)
    if (topic) ids.add(topic.id)
  }
  return ids
}

function stillHas(owned: Assignment | null, revoking: Assignment): boolean {
  return owned === null || countOf(intersect(owned, revoking)) > 0
}
