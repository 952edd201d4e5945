import { ServiceError } from '../../base/errors.ts'
import type { RequestContext } from '../../wire/operation.ts'
import type { MoveTask } from './moves/move-task.ts'
import type { OwnedQueue } from './queue.ts'
import type { Queues } from './queues.ts'
import { invalidParameter } from './sqs-errors.ts'
import { checkCaller } from './wire-queue.ts'

/** The queue of a `SourceArn`, once the caller may do this to it. */
export async function sourceOf(
  queues: Queues,
  arn: string,
  context: RequestContext,
  action: string,
): Promise<OwnedQueue> {
  const queue = await queues.findByArn(arn)
  if (!queue) throw noResource('SourceArn')
  checkCaller(queue, context, action)
  return queue
}

export function noResource(parameter: string): ServiceError {
  const message = `The resource that you specified for the ${parameter} parameter doesn't exist.`
  return new ServiceError('ResourceNotFoundException', message, { status: 404 })
}

export function taskHandle({ id, sourceArn }: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString('base64')
}

export function parseTaskHandle(handle: string): {
  readonly id: string
  readonly sourceArn: string
} {
  try {
    const value: unknown = JSON.parse(Buffer.from(handle, 'base64').toString())
    const { taskId, sourceArn } = value as { taskId?: unknown; sourceArn?: unknown }
    if (typeof taskId === 'string' && typeof sourceArn === 'string')
      return { id: taskId, sourceArn }
  } catch {
    // Said below, as for what is JSON and no handle.
  }
  throw invalidParameter('Value for parameter TaskHandle is invalid.')
}

export function wireTask(task: MoveTask) {
  return {
    // AWS: only a task that is under way can be cancelled, and has a handle.
    ...(task.status === 'RUNNING' && { TaskHandle: taskHandle(task) }),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
    ...(task.perSecondMax !== undefined && { MaxNumberOfMessagesPerSecond: task.perSecondMax }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure !== undefined && { FailureReason: task.failure }),
    StartedTimestamp: task.startedMs,
  }
}
