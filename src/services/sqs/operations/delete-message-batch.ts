import type { SqsOperation } from '../contract.ts'
import { eachEntry } from '../wire-batch.ts'
import { queueOf } from '../wire-queue.ts'

export const deleteMessageBatch: SqsOperation<'DeleteMessageBatch'> = {
  name: 'DeleteMessageBatch',
  async run({ queues, messages, fifoLimits }, { QueueUrl, Entries = [] }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'DeleteMessage')
    fifoLimits.admit(queue, 'delete')
    return eachEntry(Entries, ({ ReceiptHandle = '' }) => messages.remove(queue, ReceiptHandle))
  },
}
