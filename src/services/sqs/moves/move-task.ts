import { encodeKey } from '../../../base/ordered-key.ts'
import type { Scope } from '../../../base/scope.ts'

/** The moving of a queue's messages to where they came from, or to another queue. */
export interface MoveTask {
  readonly id: string
  readonly sourceArn: string
  /** Absent: each message goes back to the queue whose dead letter it is. */
  readonly destinationArn?: string
  readonly perSecondMax?: number
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED'
  readonly moved: number
  /** What there was to move when it began. */
  readonly toMove: number
  readonly startedMs: number
  readonly failure?: string
}

/** Which task of a queue is under way. */
export interface ActiveTask {
  readonly startedMs: number
  readonly id: string
}

export const activeTasks = encodeKey(['sqs/moving'])

export function taskKeys({ accountId, region }: Scope, queueName: string) {
  const key = (kind: string, ...rest: ReadonlyArray<string | number>) =>
    encodeKey([kind, accountId, region, queueName, ...rest])
  return {
    active: () => key('sqs/moving'),
    task: ({ startedMs, id }: ActiveTask) => key('sqs/move-task', startedMs, id),
    tasks: () => key('sqs/move-task'),
  }
}
