import type { SqsOperation } from '../contract.ts'
import { queueOf, queueUrl } from '../wire-queue.ts'

export const getQueueUrl: SqsOperation<'GetQueueUrl'> = {
  name: 'GetQueueUrl',
  async run({ queues }, { QueueName, QueueOwnerAWSAccountId }, context) {
    const path = `/${QueueOwnerAWSAccountId ?? context.accountId}/${QueueName}`
    const queue = await queueOf(queues, path, context, 'GetQueueUrl')
    return { QueueUrl: queueUrl(context, queue) }
  },
}
