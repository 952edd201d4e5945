import type { SqsOperation } from '../contract.ts'
import { eachEntry } from '../wire-batch.ts'
import { queueOf } from '../wire-queue.ts'
import { visibilityMsOf } from '../wire-visibility.ts'

export const changeMessageVisibilityBatch: SqsOperation<'ChangeMessageVisibilityBatch'> = {
  name: 'ChangeMessageVisibilityBatch',
  async run({ queues, messages }, { QueueUrl, Entries = [] }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'ChangeMessageVisibility')
    return eachEntry(Entries, async ({ ReceiptHandle = '', VisibilityTimeout }) => {
      await messages.changeVisibility(queue, ReceiptHandle, visibilityMsOf(VisibilityTimeout))
    })
  },
}
