import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { deadLetterSources } from '../redrive-check.ts'
import { queueOf, queueUrl } from '../wire-queue.ts'

export const listDeadLetterSourceQueues: SqsOperation<'ListDeadLetterSourceQueues'> = {
  name: 'ListDeadLetterSourceQueues',
  async run({ queues }, { QueueUrl, NextToken, MaxResults }, context) {
    const target = await queueOf(queues, QueueUrl, context, 'ListDeadLetterSourceQueues')
    const limit = Math.min(MaxResults ?? limits.pageMax, limits.pageMax)
    const after = NextToken === undefined ? undefined : Buffer.from(NextToken, 'base64').toString()
    const found = await deadLetterSources(queues, target, { limit: limit + 1, after })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    // AWS: a token only for those who asked for pages.
    const hasMore = MaxResults !== undefined && found.length > limit && last
    return {
      queueUrls: page.map((queue) => queueUrl(context, queue)),
      ...(hasMore && { NextToken: Buffer.from(last.name).toString('base64') }),
    }
  },
}
