import type { SqsOperation } from '../contract.ts'
import { parseTaskHandle, sourceOf } from '../wire-move.ts'

export const cancelMessageMoveTask: SqsOperation<'CancelMessageMoveTask'> = {
  name: 'CancelMessageMoveTask',
  async run({ queues, moves }, { TaskHandle = '' }, context) {
    const handle = parseTaskHandle(TaskHandle)
    await sourceOf(queues, handle.sourceArn, context, 'CancelMessageMoveTask')
    const { moved } = await moves.tasks.cancel(handle)
    return { ApproximateNumberOfMessagesMoved: moved }
  },
}
