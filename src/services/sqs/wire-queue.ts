import { ServiceError } from '../../base/errors.ts'
import type { RequestContext } from '../../wire/operation.ts'
import type { OwnedQueue } from './queue.ts'
import { checkAllowed } from './queue-permission.ts'
import type { Queues } from './queues.ts'
import { queueMissing } from './sqs-errors.ts'

/** The queue of a `QueueUrl`, once the caller may do this to it. */
export async function queueOf(
  queues: Queues,
  url: string | undefined,
  context: RequestContext,
  action: string,
): Promise<OwnedQueue> {
  const [name = '', accountId = ''] = (url ?? '').split('?')[0]?.split('/').reverse() ?? []
  if (name === '') {
    throw new ServiceError('InvalidAddress', `The address ${url} is not valid for this endpoint.`)
  }
  const owner = /^\d{12}$/.test(accountId) ? accountId : context.accountId
  const queue = await queues.find({ accountId: owner, region: context.region }, name)
  if (!queue) throw queueMissing()
  checkCaller(queue, context, action)
  return queue
}

/** Rejects a caller whom the queue's policy does not let do this. */
export function checkCaller(queue: OwnedQueue, context: RequestContext, action: string): void {
  checkAllowed(queue, {
    principal: { accountId: context.accountId, arn: context.callerArn },
    action: `sqs:${action}`,
    context: {
      'aws:SourceIp': context.sourceAddress,
      'aws:PrincipalArn': context.callerArn,
      'aws:PrincipalAccount': context.accountId,
    },
  })
}

export function queueUrl({ endpoint }: Pick<RequestContext, 'endpoint'>, queue: OwnedQueue) {
  return `${endpoint}/${queue.scope.accountId}/${queue.name}`
}
