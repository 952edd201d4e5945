import type { SqsOperation } from '../contract.ts'
import { queueOf } from '../wire-queue.ts'

export const deleteQueue: SqsOperation<'DeleteQueue'> = {
  name: 'DeleteQueue',
  async run({ queues }, { QueueUrl }, context) {
    await queues.remove(await queueOf(queues, QueueUrl, context, 'DeleteQueue'))
    return {}
  },
}
