import type { SnsOperation } from '../contract.ts'
import { notBuilt } from '../sns-errors.ts'
import { checkTagCount, checkTopicName } from '../topics.ts'
import { readBoolean, withTopicAttribute } from './wire-topic.ts'

export const createTopic: SnsOperation<'CreateTopic'> = {
  name: 'CreateTopic',
  refuses: ['DataProtectionPolicy'],
  async run({ topics, access }, input, context) {
    const { FifoTopic, ...attributes } = input.Attributes ?? {}
    const name = input.Name ?? ''
    const fifo = FifoTopic !== undefined && readBoolean('FifoTopic', FifoTopic)
    checkTopicName(name, fifo)
    const tags = Object.fromEntries(
      (input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']),
    )
    checkTagCount(tags)
    const plain = {
      name,
      arn: '',
      fifo,
      contentBasedDeduplication: false,
      displayName: '',
      signatureVersion: '1' as const,
      tags,
    }
    const wanted = Object.entries(attributes).reduce(
      (topic, [attribute, value]) => withTopicAttribute(topic, attribute, value),
      plain as Parameters<typeof withTopicAttribute>[0],
    )
    if (attributes['DataProtectionPolicy']) throw notBuilt('DataProtectionPolicy')
    const topic = await topics.create(context, wanted)
    if (attributes['Policy']) await access.setPolicy(topic, attributes['Policy'])
    return { TopicArn: topic.arn }
  },
}
