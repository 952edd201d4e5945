import type { SqsOperation } from '../contract.ts'
import { deadLetterSources } from '../redrive-check.ts'
import { pageOf, tokenBehind } from '../wire-page.ts'
import { queueOf, queueUrl } from '../wire-queue.ts'

export const listDeadLetterSourceQueues: SqsOperation<'ListDeadLetterSourceQueues'> = {
  name: 'ListDeadLetterSourceQueues',
  async run({ queues }, input, context) {
    const target = await queueOf(queues, input.QueueUrl, context, 'ListDeadLetterSourceQueues')
    const { limit, after } = pageOf(input)
    const found = await deadLetterSources(queues, target, { limit: limit + 1, after })
    const page = found.slice(0, limit)
    return {
      queueUrls: page.map((queue) => queueUrl(context, queue)),
      ...tokenBehind(input, page, found.length > limit),
    }
  },
}
