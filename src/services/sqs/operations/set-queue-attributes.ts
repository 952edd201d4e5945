import type { SqsOperation } from '../contract.ts'
import { changedSettings } from '../wire-attributes.ts'
import { queueOf } from '../wire-queue.ts'

export const setQueueAttributes: SqsOperation<'SetQueueAttributes'> = {
  name: 'SetQueueAttributes',
  async run({ queues }, { QueueUrl, Attributes = {} }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'SetQueueAttributes')
    await queues.change(queue, (current) => ({
      ...current,
      settings: changedSettings(current.settings, Attributes, { isNew: false }),
    }))
    return {}
  },
}
