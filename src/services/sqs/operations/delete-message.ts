import type { SqsOperation } from '../contract.ts'
import { queueOf } from '../wire-queue.ts'

export const deleteMessage: SqsOperation<'DeleteMessage'> = {
  name: 'DeleteMessage',
  async run({ queues, messages, fifoLimits }, { QueueUrl, ReceiptHandle = '' }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'DeleteMessage')
    fifoLimits.admit(queue, 'delete')
    await messages.remove(queue, ReceiptHandle)
    return {}
  },
}
