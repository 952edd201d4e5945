import type { RequestContext } from '../../../wire/operation.ts'
import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import type { OwnedQueue } from '../queue.ts'
import type { Queues } from '../queues.ts'
import { deadLetterSources } from '../redrive-check.ts'
import { invalidParameter, invalidValue } from '../sqs-errors.ts'
import { noResource, sourceOf, taskHandle } from '../wire-move.ts'
import { checkCaller } from '../wire-queue.ts'

export const startMessageMoveTask: SqsOperation<'StartMessageMoveTask'> = {
  name: 'StartMessageMoveTask',
  async run({ queues, messages, moves }, input, context) {
    const { SourceArn = '', DestinationArn, MaxNumberOfMessagesPerSecond: perSecondMax } = input
    const source = await sourceOf(queues, SourceArn, context, 'StartMessageMoveTask')
    if (
      perSecondMax !== undefined &&
      (perSecondMax < 1 || perSecondMax > limits.movesPerSecondMax)
    ) {
      const reason = `Must be between 1 and ${limits.movesPerSecondMax}, if provided.`
      throw invalidValue(perSecondMax, 'MaxNumberOfMessagesPerSecond', reason)
    }
    const [feeding] = await deadLetterSources(queues, source, { limit: 1 })
    if (!feeding) throw invalidParameter('Source queue must be configured as a Dead Letter Queue.')
    if (DestinationArn !== undefined)
      await checkDestination(queues, source, DestinationArn, context)
    const { visible } = await messages.counts(source)
    const task = await moves.tasks.start(source, {
      toMove: visible,
      ...(DestinationArn !== undefined && { destinationArn: DestinationArn }),
      ...(perSecondMax !== undefined && { perSecondMax }),
    })
    moves.mover.wake()
    return { TaskHandle: taskHandle(task) }
  },
}

async function checkDestination(
  queues: Queues,
  source: OwnedQueue,
  arn: string,
  context: RequestContext,
): Promise<void> {
  const destination = await queues.findByArn(arn)
  if (!destination) throw noResource('DestinationArn')
  checkCaller(destination, context, 'SendMessage')
  if (destination.id === source.id) {
    throw invalidParameter('Source queue arn and destination queue arn cannot be the same.')
  }
  if (destination.settings.fifo !== source.settings.fifo) {
    throw invalidParameter('The destination queue must be of the same type as the source queue.')
  }
}
