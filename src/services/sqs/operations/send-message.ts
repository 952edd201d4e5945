import type { SqsOperation } from '../contract.ts'
import { groupsOf } from '../sending.ts'
import { newMessage, wireSent } from '../wire-message.ts'
import { queueOf } from '../wire-queue.ts'

export const sendMessage: SqsOperation<'SendMessage'> = {
  name: 'SendMessage',
  async run({ queues, messages, fifoLimits }, { QueueUrl, ...given }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'SendMessage')
    const message = newMessage(queue, given, context)
    fifoLimits.admit(queue, 'send', groupsOf([message]))
    const [sent] = await messages.send(queue, [message])
    return sent ? wireSent(sent) : {}
  },
}
