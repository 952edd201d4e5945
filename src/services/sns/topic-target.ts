import { createHash } from 'node:crypto'
import type { EventTarget, TargetEvent } from '../../base/event-target.ts'
import { checkMessageSize, storedAttributes } from './message-rules.ts'
import type { Publisher } from './publisher.ts'
import type { TopicAccess } from './topic-access.ts'
import type { Topics } from './topics.ts'

/** Topics as destinations of other services' events; their policies say who may send. */
export function createTopicTarget(deps: {
  readonly topics: Topics
  readonly access: TopicAccess
  readonly publisher: Publisher
}): EventTarget {
  const { topics, access, publisher } = deps
  return {
    service: 'sns',
    async validate(arn, sender) {
      await access.authorizeSender(await topics.get(arn), sender)
    },
    async deliver(arn, event, sender) {
      const topic = await topics.get(arn)
      await access.authorizeSender(topic, sender)
      const message = messageOf(event, topic.fifo)
      checkMessageSize(topic, [message])
      await publisher.publish(topic, [message])
    },
  }
}

function messageOf({ body, attributes, subject, ...fifo }: TargetEvent, isFifo: boolean) {
  const text = Buffer.from(body).toString('utf8')
  return {
    text,
    attributes: storedAttributes(attributes ?? {}),
    ...(subject !== undefined && { subject }),
    ...(fifo.groupId !== undefined && { groupId: fifo.groupId }),
    ...(isFifo && {
      groupId: fifo.groupId ?? 'default',
      deduplicationId: fifo.deduplicationId ?? createHash('sha256').update(text).digest('hex'),
    }),
  }
}
