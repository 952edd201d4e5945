import type { Assignment } from './assignment.ts'
import { countOf, intersect, minus, pick, plus } from './assignment.ts'
import type { ConsumerGroup, ConsumerMember } from './consumer-group.ts'
import { ownerKey, subscriptionOf, targetOf } from './consumer-group.ts'

/** What a member has said, as far as it is certain. */
export interface MemberWord {
  /** It begins anew, without any partition and without being about to take one. */
  readonly isJoining: boolean
  /** What it has, after it has heard what it was told last; null when that is not known. */
  readonly owned: Assignment | null
}

/**
 * The next step of a member towards its target (KIP-848): first it gives up what is not its own any
 * more, and only then it gets, with the new epoch, what is free by now. What others still hold comes
 * with a later heartbeat. A partition that it was told to read counts as its own until it has said
 * that it has not got it after it was told so: until then it may just be about to take it.
 */
export function reconcile(
  group: ConsumerGroup,
  member: ConsumerMember,
  word: MemberWord,
): ConsumerMember {
  const wanted = wantedBy(group, member)
  const isWaiting =
    member.state === 'unrevoked'
      ? stillHas(word.owned, member.revoking)
      : member.state === 'stable' && member.epoch === group.targetEpoch
  if (isWaiting) return giveUpUnsubscribed(group, member, word)
  const kept = intersect(member.assigned, wanted)
  const revoking = minus(member.assigned, kept)
  if (countOf(revoking) > 0 && !word.isJoining) {
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

function withEpoch(member: ConsumerMember, epoch: number): ConsumerMember {
  return epoch === member.epoch ? member : { ...member, epoch, previousEpoch: member.epoch }
}

/** The target, without topics that the member has unsubscribed from since it was made. */
function wantedBy(group: ConsumerGroup, member: ConsumerMember): Assignment {
  const topicIds = subscribedIds(group, member)
  return pick(targetOf(group, member.id), (topicId) => topicIds.has(topicId))
}

function giveUpUnsubscribed(
  group: ConsumerGroup,
  member: ConsumerMember,
  { isJoining }: MemberWord,
): ConsumerMember {
  const topicIds = subscribedIds(group, member)
  const unwanted = pick(member.assigned, (topicId) => !topicIds.has(topicId))
  if (countOf(unwanted) === 0) return member
  const assigned = minus(member.assigned, unwanted)
  if (isJoining) return { ...member, assigned }
  return { ...member, state: 'unrevoked', assigned, revoking: plus(member.revoking, unwanted) }
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
