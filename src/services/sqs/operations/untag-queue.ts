import type { SqsOperation } from '../contract.ts'
import { queueOf } from '../wire-queue.ts'

export const untagQueue: SqsOperation<'UntagQueue'> = {
  name: 'UntagQueue',
  async run({ queues }, { QueueUrl, TagKeys = [] }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'UntagQueue')
    await queues.change(queue, (current) => {
      const kept = Object.entries(current.tags).filter(([key]) => !TagKeys.includes(key))
      return { ...current, tags: Object.fromEntries(kept) }
    })
    return {}
  },
}
