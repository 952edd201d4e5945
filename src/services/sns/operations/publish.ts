import type { SnsOperation } from '../contract.ts'
import { checkMessageSize } from '../message-rules.ts'
import { invalidParameter, notBuilt } from '../sns-errors.ts'
import { readMessage } from './wire-message.ts'
import { topicFor } from './wire-topic.ts'

/** Answers when the message and all its deliveries are durable. */
export const publish: SnsOperation<'Publish'> = {
  name: 'Publish',
  refuses: ['PhoneNumber'],
  async run(deps, input, context) {
    const arn = input.TopicArn ?? input.TargetArn
    if (arn?.includes(':endpoint/')) throw notBuilt('Publishing to a mobile endpoint')
    if (arn === undefined)
      throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter')
    const topic = await topicFor(deps, context, arn, 'Publish')
    const message = readMessage(topic, input)
    checkMessageSize(topic, [message])
    const [published] = await deps.publisher.publish(topic, [message])
    return { MessageId: published?.messageId, SequenceNumber: published?.sequenceNumber }
  },
}
