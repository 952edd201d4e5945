import type { SnsOperation } from '../contract.ts'
import { expectArn } from '../sns-errors.ts'

/** A topic that is not there counts as deleted, as on AWS. */
export const deleteTopic: SnsOperation<'DeleteTopic'> = {
  name: 'DeleteTopic',
  async run({ topics, subscriptions, access, publisher }, { TopicArn }, context) {
    const topic = await topics.find(expectArn('TopicArn', TopicArn))
    if (!topic) return {}
    await access.authorize(topic, context, 'DeleteTopic')
    await topics.remove(topic.arn)
    await subscriptions.removeTopic(topic.arn)
    await access.removePolicy(topic)
    await publisher.forgetTopic(topic.arn)
    return {}
  },
}
