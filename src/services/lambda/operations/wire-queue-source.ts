import { ServiceError } from '../../../base/errors.ts'
import type { Scope } from '../../../base/scope.ts'
import { checkAllowed } from '../../sqs/queue-permission.ts'
import type { LambdaDeps } from '../contract.ts'
import type { MappingSettings } from '../event-sources/mappings.ts'
import { invalidParameter } from '../lambda-errors.ts'
import { limits } from '../limits.ts'

/** Rejects a queue that is not there or not the function's to read, and settings it cannot have. */
export async function checkQueueSource(
  { queues, resolver }: Pick<LambdaDeps, 'queues' | 'resolver'>,
  scope: Scope,
  sourceArn: string,
  { target, batchSize, windowSeconds }: MappingSettings,
): Promise<void> {
  const queue = await queues.findByArn(sourceArn)
  if (!queue) {
    throw invalidParameter(
      'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
    )
  }
  const { fifo, visibilitySeconds } = queue.settings
  const { version } = await resolver.resolve(scope, target)
  const { role, timeoutSeconds } = version.settings
  const principal = { accountId: scope.accountId, arn: role }
  try {
    checkAllowed(queue, { principal, action: 'sqs:ReceiveMessage', context: {} })
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    throw invalidParameter(
      'The function execution role does not have permissions to call ReceiveMessage on SQS',
      error,
    )
  }
  if (visibilitySeconds < timeoutSeconds) {
    throw invalidParameter(
      `Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
    )
  }
  const batchMax = fifo ? limits.queueFifoBatchMax : limits.queueBatchMax
  if (batchSize > batchMax) {
    throw invalidParameter(`BatchSize must be at most ${batchMax} for this queue.`)
  }
  if (fifo && windowSeconds > 0) {
    throw invalidParameter('MaximumBatchingWindowInSeconds is not supported for FIFO queues.')
  }
  if (batchSize > limits.queueBatchWithoutWindowMax && windowSeconds === 0) {
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    )
  }
}
