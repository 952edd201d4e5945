import type { FirehoseOperation } from '../contract.ts'
import { checkRecords, directStream, recordIdOf } from './wire-records.ts'

export const putRecord: FirehoseOperation<'PutRecord'> = {
  name: 'PutRecord',
  async run({ deliveryStreams }, { DeliveryStreamName, Record }, context) {
    const stream = await directStream(deliveryStreams, context, DeliveryStreamName)
    const data = checkRecords([Record])
    await deliveryStreams.put(stream, data)
    return { RecordId: recordIdOf(context.requestId, 0), Encrypted: false }
  },
}
