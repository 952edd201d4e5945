import type { BatchResultErrorEntry, PublishBatchResultEntry } from '@aws-sdk/client-sns'
import { ServiceError } from '../../../base/errors.ts'
import type { SnsOperation } from '../contract.ts'
import { snsLimits } from '../limits.ts'
import { sizeOf } from '../message-rules.ts'
import type { NewMessage } from '../publisher.ts'
import { messageBytesMaxOf } from '../topics.ts'
import { readMessage } from './wire-message.ts'
import { topicFor } from './wire-topic.ts'

/** Entries fail alone; those that are taken are durable together, by one commit. */
export const publishBatch: SnsOperation<'PublishBatch'> = {
  name: 'PublishBatch',
  async run(deps, { TopicArn, PublishBatchRequestEntries: entries = [] }, context) {
    const topic = await topicFor(deps, context, TopicArn, 'Publish')
    checkIds(entries.map(({ Id }) => Id ?? ''))
    const failed: BatchResultErrorEntry[] = []
    const taken: { readonly id: string; readonly message: NewMessage }[] = []
    for (const entry of entries) {
      const id = entry.Id ?? ''
      try {
        taken.push({ id, message: readMessage(topic, entry) })
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error
        failed.push({ Id: id, Code: error.code, Message: error.message, SenderFault: true })
      }
    }
    const messages = taken.map(({ message }) => message)
    if (sizeOf(messages) > messageBytesMaxOf(topic)) {
      throw refusal(
        'BatchRequestTooLong',
        'The length of all the messages put together is more than the limit.',
      )
    }
    const published = await deps.publisher.publish(topic, messages)
    const successful = taken.map(
      ({ id }, index): PublishBatchResultEntry => ({
        Id: id,
        MessageId: published[index]?.messageId,
        SequenceNumber: published[index]?.sequenceNumber,
      }),
    )
    return { Successful: successful, Failed: failed }
  },
}

function checkIds(ids: ReadonlyArray<string>): void {
  if (ids.length === 0) {
    throw refusal('EmptyBatchRequest', "The batch request doesn't contain any entries.")
  }
  if (ids.length > snsLimits.batchEntriesMax) {
    throw refusal(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    )
  }
  if (new Set(ids).size < ids.length) {
    throw refusal(
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    )
  }
  for (const id of ids) {
    if (id.length > snsLimits.batchIdCharactersMax) {
      throw refusal(
        'InvalidBatchEntryId',
        `The Id of a batch entry in the batch request is too long: ${id}`,
      )
    }
    if (!/^[\w-]+$/.test(id)) {
      throw refusal(
        'InvalidBatchEntryId',
        `The Id of a batch entry in the batch request contains an impermissible character: ${id}`,
      )
    }
  }
}

function refusal(code: string, message: string): ServiceError {
  return new ServiceError(code, message)
}
