import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import type { OwnedQueue } from '../queue.ts'
import { invalidValue } from '../sqs-errors.ts'
import { checkToken, wireMessage } from '../wire-message.ts'
import { queueOf } from '../wire-queue.ts'
import { checkSystemNames } from '../wire-system-attributes.ts'

export const receiveMessage: SqsOperation<'ReceiveMessage'> = {
  name: 'ReceiveMessage',
  async run({ queues, messages, fifoLimits }, input, context) {
    const queue = await queueOf(queues, input.QueueUrl, context, 'ReceiveMessage')
    const { settings } = queue
    const count = input.MaxNumberOfMessages ?? 1
    const waitSeconds = input.WaitTimeSeconds ?? settings.waitSeconds
    const visibilitySeconds = input.VisibilityTimeout ?? settings.visibilitySeconds
    if (count < 1 || count > limits.receivedMax) {
      throw invalidValue(count, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.')
    }
    if (waitSeconds < 0 || waitSeconds > limits.waitSecondsMax) {
      throw invalidValue(waitSeconds, 'WaitTimeSeconds', 'Must be >= 0 and <= 20, if provided.')
    }
    if (visibilitySeconds < 0 || visibilitySeconds > limits.visibilitySecondsMax) {
      throw invalidValue(
        visibilitySeconds,
        'VisibilityTimeout',
        'Must be >= 0 and <= 43200, if provided.',
      )
    }
    const wanted = {
      system: [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])],
      own: input.MessageAttributeNames ?? [],
    }
    checkSystemNames(wanted.system)
    const attemptId = attemptOf(queue, input.ReceiveRequestAttemptId)
    fifoLimits.admit(queue, 'receive')
    const delivered = await messages.receive(queue, {
      count,
      waitMs: waitSeconds * 1000,
      visibilityMs: visibilitySeconds * 1000,
      attemptId,
      ...(waitSeconds > 0 && { signal: context.signal }),
    })
    if (delivered.length === 0) return {}
    return { Messages: delivered.map((one) => wireMessage(queue, one, wanted)) }
  },
}

function attemptOf({ settings }: OwnedQueue, attemptId: string | undefined): string | undefined {
  if (attemptId === undefined) return undefined
  if (!settings.fifo) {
    const reason = 'The request includes a parameter that is not valid for this queue type.'
    throw invalidValue(attemptId, 'ReceiveRequestAttemptId', reason)
  }
  checkToken('ReceiveRequestAttemptId', attemptId)
  return attemptId
}
