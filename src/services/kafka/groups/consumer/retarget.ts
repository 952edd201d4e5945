import type { Assignor } from './assignors.ts'
import { assignRange, assignUniform } from './assignors.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { targetOf } from './consumer-group.ts'
import { subscribedIds } from './reconcile.ts'

/** By name, as members may ask for; the first one is used where nobody asks. */
export const assignors: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', assignUniform],
  ['range', assignRange],
])

/** The assignor that most members ask for. */
export function assignorOf(group: ConsumerGroup): string {
  const votes = new Map<string, number>()
  for (const { assignor } of group.members.values()) {
    if (assignor !== null) votes.set(assignor, (votes.get(assignor) ?? 0) + 1)
  }
  const [winner] = [...votes].sort(([, left], [, right]) => right - left)
  return winner?.[0] ?? 'uniform'
}

/** Makes the targets of the epoch of now. */
export function retarget(group: ConsumerGroup): void {
  const members = [...group.members.values()].map((member) => ({
    id: member.id,
    instanceId: member.instanceId,
    topicIds: subscribedIds(group, member),
    target: targetOf(group, member.id),
  }))
  const topics = new Map<string, number>()
  for (const { id, partitionCount } of group.image.topics.values()) {
    if (members.some(({ topicIds }) => topicIds.has(id))) topics.set(id, partitionCount)
  }
  const assign = assignors.get(assignorOf(group)) ?? assignUniform
  group.targets = assign({ members, topics })
  group.targetEpoch = group.epoch
  group.changed = true
}
