import { ServiceError } from '../../../base/errors.ts'
import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { queueOf } from '../wire-queue.ts'

export const purgeQueue: SqsOperation<'PurgeQueue'> = {
  name: 'PurgeQueue',
  async run({ queues, upkeep, clock }, { QueueUrl }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'PurgeQueue')
    const nowMs = clock.wallMs()
    await queues.change(queue, (current) => {
      if (current.purgedMs !== undefined && nowMs - current.purgedMs < limits.purgeIntervalMs) {
        throw new ServiceError(
          'PurgeQueueInProgress',
          `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
          { status: 403 },
        )
      }
      return { ...current, purgedMs: nowMs }
    })
    await upkeep.removeSentBefore(queue, nowMs + 1)
    return {}
  },
}
