import type { KinesisOperation } from '../contract.ts'
import { streamKeyOf } from '../wire-stream.ts'

export const updateMaxRecordSize: KinesisOperation<'UpdateMaxRecordSize'> = {
  name: 'UpdateMaxRecordSize',
  refuses: ['StreamId'],
  async run({ streams }, input, context) {
    await streams.change(streamKeyOf(input, context), (stream) => ({
      ...stream,
      recordKib: input.MaxRecordSizeInKiB,
    }))
    return {}
  },
}
