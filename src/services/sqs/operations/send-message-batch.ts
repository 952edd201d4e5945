import { ServiceError } from '../../../base/errors.ts'
import type { SqsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { messageBytes } from '../message-digest.ts'
import type { NewMessage } from '../sending.ts'
import { groupsOf } from '../sending.ts'
import { checkEntries, wireFailure } from '../wire-batch.ts'
import { newMessage, wireSent } from '../wire-message.ts'
import { queueOf } from '../wire-queue.ts'

export const sendMessageBatch: SqsOperation<'SendMessageBatch'> = {
  name: 'SendMessageBatch',
  async run({ queues, messages, fifoLimits }, { QueueUrl, Entries = [] }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'SendMessage')
    checkEntries(Entries)
    const fine: { readonly Id: string | undefined; readonly message: NewMessage }[] = []
    const Failed: ReturnType<typeof wireFailure>[] = []
    for (const { Id, ...given } of Entries) {
      try {
        fine.push({ Id, message: newMessage(queue, given, context) })
      } catch (error) {
        Failed.push(wireFailure(Id, error))
      }
    }
    const size = fine.reduce(
      (sum, { message }) => sum + messageBytes(message.body, message.attributes),
      0,
    )
    if (size > limits.messageBytesMax) {
      throw new ServiceError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${limits.messageBytesMax} bytes. You have sent ${size} bytes.`,
      )
    }
    const given = fine.map(({ message }) => message)
    fifoLimits.admit(queue, 'send', groupsOf(given))
    const sent = await messages.send(queue, given)
    const Successful = sent.map((one, index) => ({ Id: fine[index]?.Id, ...wireSent(one) }))
    return { Successful, Failed }
  },
}
