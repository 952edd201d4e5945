import type { SqsOperation } from '../contract.ts'
import { queueOf } from '../wire-queue.ts'
import { visibilityMsOf } from '../wire-visibility.ts'

export const changeMessageVisibility: SqsOperation<'ChangeMessageVisibility'> = {
  name: 'ChangeMessageVisibility',
  async run({ queues, messages }, { QueueUrl, ReceiptHandle = '', VisibilityTimeout }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'ChangeMessageVisibility')
    await messages.changeVisibility(queue, ReceiptHandle, visibilityMsOf(VisibilityTimeout))
    return {}
  },
}
