import type { KinesisOperation } from '../contract.ts'
import { invalidArgument } from '../stream-errors.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const updateStreamRecordDistributionStrategy: KinesisOperation<'UpdateStreamRecordDistributionStrategy'> =
  {
    name: 'UpdateStreamRecordDistributionStrategy',
    refuses: ['StreamId'],
    async run({ streams }, input, context) {
      const key = streamKeyOf(input, context)
      const distributesEvenly = input.RecordDistributionStrategy === 'AUTO'
      await streams.change(key, (stream) => {
        if (stream.mode !== 'ON_DEMAND') {
          throw invalidArgument(
            `Stream ${key.name} under account ${key.accountId} is in PROVISIONED mode: ` +
              'RecordDistributionStrategy is only supported for streams in ON_DEMAND mode.',
          )
        }
        return { ...stream, distributesEvenly }
      })
      return {}
    },
  }
