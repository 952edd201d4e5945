import type { SqsOperation } from '../contract.ts'
import { newMessage, wireSent } from '../wire-message.ts'
import { queueOf } from '../wire-queue.ts'

export const sendMessage: SqsOperation<'SendMessage'> = {
  name: 'SendMessage',
  async run({ queues, messages }, { QueueUrl, ...given }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'SendMessage')
    const [sent] = await messages.send(queue, [newMessage(queue, given, context)])
    return sent ? wireSent(sent) : {}
  },
}
