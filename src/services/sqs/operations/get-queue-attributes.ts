import type { SqsOperation } from '../contract.ts'
import { arnOf } from '../queues.ts'
import { unknownAttribute } from '../sqs-errors.ts'
import { wireSettings } from '../wire-attributes.ts'
import { queueOf } from '../wire-queue.ts'

const optional = new Set([
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
])

export const getQueueAttributes: SqsOperation<'GetQueueAttributes'> = {
  name: 'GetQueueAttributes',
  async run({ queues, messages }, { QueueUrl, AttributeNames = [] }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'GetQueueAttributes')
    if (AttributeNames.length === 0) return {}
    const wantsAll = AttributeNames.includes('All')
    const wantsCounts = wantsAll || AttributeNames.some((name) => name.startsWith('Approximate'))
    const counts = wantsCounts ? await messages.counts(queue) : undefined
    const all: Record<string, string> = {
      QueueArn: arnOf(queue),
      ...(counts && {
        ApproximateNumberOfMessages: String(counts.visible),
        ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
        ApproximateNumberOfMessagesDelayed: String(counts.delayed),
      }),
      CreatedTimestamp: String(Math.floor(queue.createdMs / 1000)),
      LastModifiedTimestamp: String(Math.floor(queue.modifiedMs / 1000)),
      ...wireSettings(queue.settings),
    }
    if (wantsAll) return { Attributes: all }
    const wanted: Record<string, string> = {}
    for (const name of AttributeNames) {
      const value = all[name]
      if (value !== undefined) wanted[name] = value
      else if (!optional.has(name)) throw unknownAttribute(name)
    }
    return { Attributes: wanted }
  },
}
