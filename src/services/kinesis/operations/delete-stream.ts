import { ServiceError } from '../../../base/errors.ts'
import type { KinesisOperation } from '../contract.ts'
import { streamArn } from '../stream.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const deleteStream: KinesisOperation<'DeleteStream'> = {
  name: 'DeleteStream',
  refuses: ['StreamId'],
  async run({ streams, consumers, extension }, input, context) {
    const key = streamKeyOf(input, context)
    await streams.get(key)
    await extension?.refuseRemoval(key)
    if (!input.EnforceConsumerDeletion && (await consumers.list(key, { limit: 1 })).length > 0) {
      // AWS: the text is quoted in cloud-custodian, issue 7260.
      throw new ServiceError(
        'ResourceInUseException',
        `DeleteStream can't delete ${streamArn(key)} because there are consumers associated with ` +
          `this data stream. To delete ${key.name} anyway, set the EnforceConsumerDeletion ` +
          'parameter to true to force the deletion of all the consumers that are associated with it.',
      )
    }
    await streams.remove(key)
    return {}
  },
}
