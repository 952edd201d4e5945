import type { SqsOperation } from '../contract.ts'
import { queueOf } from '../wire-queue.ts'

export const deleteMessage: SqsOperation<'DeleteMessage'> = {
  name: 'DeleteMessage',
  async run({ queues, messages }, { QueueUrl, ReceiptHandle = '' }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'DeleteMessage')
    await messages.remove(queue, ReceiptHandle)
    return {}
  },
}
