import { hash } from 'node:crypto'
import type { Stream } from '../../kinesis/stream.ts'

/** What stands for "no topic id". */
export const NO_TOPIC_ID = '00000000-0000-0000-0000-000000000000'

/** The UUID of a topic: made from what differs for every stream that there ever was. */
export function topicIdOf({ creationId }: Pick<Stream, 'creationId'>): string {
  const hex = hash('sha256', `topic ${creationId}`, 'hex')
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
