import type { SnsOperation } from '../contract.ts'
import { isLarge } from '../topics.ts'
import { checkLarge } from './wire-subscription.ts'
import { topicFor, withTopicAttribute } from './wire-topic.ts'

export const setTopicAttributes: SnsOperation<'SetTopicAttributes'> = {
  name: 'SetTopicAttributes',
  async run(deps, { TopicArn, AttributeName = '', AttributeValue = '' }, context) {
    const topic = await topicFor(deps, context, TopicArn, 'SetTopicAttributes')
    if (AttributeName === 'Policy') {
      if (AttributeValue === '') await deps.access.removePolicy(topic)
      else await deps.access.setPolicy(topic, AttributeValue)
      return {}
    }
    const wanted = withTopicAttribute(topic, AttributeName, AttributeValue)
    if (isLarge(wanted) && !isLarge(topic)) await checkLarge(deps, wanted)
    await deps.topics.update(topic.arn, (current) =>
      withTopicAttribute(current, AttributeName, AttributeValue),
    )
    return {}
  },
}
