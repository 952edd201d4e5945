import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { queueUrl } from '../wire-queue.ts'

export const listQueues: SqsOperation<'ListQueues'> = {
  name: 'ListQueues',
  async run({ queues }, { QueueNamePrefix, NextToken, MaxResults }, context) {
    const limit = Math.min(MaxResults ?? limits.pageMax, limits.pageMax)
    const found = await queues.list(context, {
      limit: limit + 1,
      ...(QueueNamePrefix !== undefined && { prefix: QueueNamePrefix }),
      ...(NextToken !== undefined && { after: Buffer.from(NextToken, 'base64').toString() }),
    })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    // AWS: a token only for those who asked for pages.
    const hasMore = MaxResults !== undefined && found.length > limit && last
    return {
      ...(page.length > 0 && { QueueUrls: page.map((queue) => queueUrl(context, queue)) }),
      ...(hasMore && { NextToken: Buffer.from(last.name).toString('base64') }),
    }
  },
}
