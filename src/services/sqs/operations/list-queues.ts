import type { SqsOperation } from '../contract.ts'
import { pageOf, tokenBehind } from '../wire-page.ts'
import { queueUrl } from '../wire-queue.ts'

export const listQueues: SqsOperation<'ListQueues'> = {
  name: 'ListQueues',
  async run({ queues }, input, context) {
    const { QueueNamePrefix } = input
    const { limit, after } = pageOf(input)
    const found = await queues.list(context, {
      limit: limit + 1,
      ...(QueueNamePrefix !== undefined && { prefix: QueueNamePrefix }),
      ...(after !== undefined && { after }),
    })
    const page = found.slice(0, limit)
    return {
      ...(page.length > 0 && { QueueUrls: page.map((queue) => queueUrl(context, queue)) }),
      ...tokenBehind(input, page, found.length > limit),
    }
  },
}
