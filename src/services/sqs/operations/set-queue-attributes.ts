import type { SqsOperation } from '../contract.ts'
import { checkEncryptionKey } from '../message-cipher.ts'
import { checkRedrive } from '../redrive-check.ts'
import { changedSettings } from '../wire-attributes.ts'
import { queueOf } from '../wire-queue.ts'

export const setQueueAttributes: SqsOperation<'SetQueueAttributes'> = {
  name: 'SetQueueAttributes',
  async run({ queues }, { QueueUrl, Attributes = {} }, context) {
    const queue = await queueOf(queues, QueueUrl, context, 'SetQueueAttributes')
    const wanted = changedSettings(queue.settings, Attributes, { isNew: false })
    checkEncryptionKey(queue.scope, wanted)
    if (Attributes['RedrivePolicy']) {
      await checkRedrive(queues, queue.scope, queue.name, wanted)
    }
    await queues.change(queue, (current) => ({
      ...current,
      settings: changedSettings(current.settings, Attributes, { isNew: false }),
    }))
    return {}
  },
}
