import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { invalidParameter } from '../sqs-errors.ts'
import { queueOf } from '../wire-queue.ts'

export const tagQueue: SqsOperation<'TagQueue'> = {
  name: 'TagQueue',
  async run({ queues }, { QueueUrl, Tags = {} }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'TagQueue')
    await queues.change(queue, (current) => {
      const tags = { ...current.tags, ...Tags }
      if (Object.keys(tags).length > limits.tagsMax) {
        throw invalidParameter(`Too many tags added for queue ${queue.name}.`)
      }
      return { ...current, tags }
    })
    return {}
  },
}
