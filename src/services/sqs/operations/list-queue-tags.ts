import type { SqsOperation } from '../contract.ts'
import { queueOf } from '../wire-queue.ts'

export const listQueueTags: SqsOperation<'ListQueueTags'> = {
  name: 'ListQueueTags',
  async run({ queues }, { QueueUrl }, context) {
    const { tags } = await queueOf(queues, QueueUrl, context, 'ListQueueTags')
    return Object.keys(tags).length > 0 ? { Tags: { ...tags } } : {}
  },
}
