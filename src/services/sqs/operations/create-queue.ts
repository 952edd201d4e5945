import { ServiceError } from '../../../base/errors.ts'
import type { SqsOperation } from '../contract.ts'
import { checkEncryptionKey } from '../message-cipher.ts'
import { checkRedrive } from '../redrive-check.ts'
import { invalidParameter } from '../sqs-errors.ts'
import { changedSettings, defaultSettings, wireSettings } from '../wire-attributes.ts'
import { queueUrl } from '../wire-queue.ts'

export const createQueue: SqsOperation<'CreateQueue'> = {
  name: 'CreateQueue',
  async run({ queues }, { QueueName = '', Attributes = {}, tags = {} }, context) {
    const fifo = Attributes['FifoQueue'] === 'true'
    if (
      !/^[\w-]{1,80}$/.test(fifo ? QueueName.replace(/\.fifo$/, '') : QueueName) ||
      QueueName.length > 80
    ) {
      throw invalidParameter(
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      )
    }
    if (fifo !== QueueName.endsWith('.fifo')) {
      throw invalidParameter(
        'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
      )
    }
    const settings = changedSettings({ ...defaultSettings, fifo }, Attributes, { isNew: true })
    checkEncryptionKey(context, settings)
    await checkRedrive(queues, context, QueueName, settings)
    const made = await queues.create(context, QueueName, settings, tags)
    if (made) return { QueueUrl: queueUrl(context, made) }
    const found = await queues.require(context, QueueName)
    const existing = wireSettings(found.settings)
    const wanted = wireSettings(settings)
    for (const name of Object.keys(Attributes)) {
      if (existing[name] === wanted[name]) continue
      throw new ServiceError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${name}`,
      )
    }
    return { QueueUrl: queueUrl(context, found) }
  },
}
