import type { ClassicGroup } from './classic-group.ts'
import { metadataOf } from './classic-group.ts'

/** The protocol type of consumers; other types (Connect's, for one) share what they like. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer'

/** Whether some member reads the topic; for metadata that is not a consumer's, to be safe, yes. */
export function classicSubscribes(group: ClassicGroup, topic: string): boolean {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE || group.members.size === 0) return false
  if (group.protocolName === null) return true
  for (const member of group.members.values()) {
    const topics = subscribedTopics(metadataOf(member, group.protocolName))
    if (!topics || topics.includes(topic)) return true
  }
  return false
}

/**
 * The topics of a `ConsumerProtocolSubscription`: version (int16), then the names as a counted array
 * of counted strings. Undefined for bytes that are none.
 */
export function subscribedTopics(metadata: Buffer): ReadonlyArray<string> | undefined {
  if (metadata.length < 6) return undefined
  const count = metadata.readInt32BE(2)
  const topics: string[] = []
  let at = 6
  for (let index = 0; index < count; index++) {
    if (at + 2 > metadata.length) return undefined
    const length = metadata.readInt16BE(at)
    const end = at + 2 + length
    if (length < 0 || end > metadata.length) return undefined
    topics.push(metadata.toString('utf8', at + 2, end))
    at = end
  }
  return topics
}
