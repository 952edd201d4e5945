import { classicSubscribes } from './classic/subscription.ts'
import { consumerState, consumerSubscribes } from './consumer/consumer-group.ts'
import type { Group } from './group-record.ts'

/** Whether some member of the group reads the topic. */
export function subscribes(group: Group, topic: string): boolean {
  return group.kind === 'classic'
    ? classicSubscribes(group, topic)
    : consumerSubscribes(group, topic)
}

/** As Kafka's tools spell it. */
export function stateOf(group: Group): string {
  return group.kind === 'classic' ? group.state : consumerState(group)
}

/** No members, and none on their way in. */
export function isEmpty(group: Group): boolean {
  return (
    group.members.size === 0 &&
    (group.kind === 'consumer' || (group.state === 'Empty' && group.pendingIds.size === 0))
  )
}
