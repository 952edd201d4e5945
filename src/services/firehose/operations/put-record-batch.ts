import type { FirehoseOperation } from '../contract.ts'
import { checkRecords, directStream, recordIdOf } from './wire-records.ts'

/** All records of the batch are durable when answered, so none of them ever fails alone. */
export const putRecordBatch: FirehoseOperation<'PutRecordBatch'> = {
  name: 'PutRecordBatch',
  async run({ deliveryStreams }, { DeliveryStreamName, Records }, context) {
    const stream = await directStream(deliveryStreams, context, DeliveryStreamName)
    const data = checkRecords(Records)
    await deliveryStreams.put(stream, data)
    return {
      FailedPutCount: 0,
      Encrypted: false,
      RequestResponses: data.map((_data, index) => ({
        RecordId: recordIdOf(context.requestId, index),
      })),
    }
  },
}
