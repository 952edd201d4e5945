import type { KinesisOperation } from '../contract.ts'
import type { PutResult } from '../producer.ts'
import { requiredKey, streamKeyOf } from '../wire-stream.ts'

export const putRecords: KinesisOperation<'PutRecords'> = {
  name: 'PutRecords',
  refuses: ['StreamId'],
  async run({ producer }, input, context) {
    const entries = input.Records.map((record, index) => ({
      partitionKey: requiredKey(record.PartitionKey, `records.${index + 1}.member.partitionKey`),
      explicitHashKey: record.ExplicitHashKey,
      data: record.Data,
    }))
    const results = await producer.put(streamKeyOf(input, context), entries, nameOfData)
    let failedCount = 0
    for (const result of results) if ('errorCode' in result) failedCount++
    return {
      FailedRecordCount: failedCount,
      Records: results.map(toWireResult),
      EncryptionType: 'NONE',
    }
  },
}

/** As AWS's validation names the data of a record: counted from 1. */
function nameOfData(index: number): string {
  return `records.${index + 1}.member.data`
}

function toWireResult(result: PutResult) {
  return 'errorCode' in result
    ? { ErrorCode: result.errorCode, ErrorMessage: result.errorMessage }
    : { SequenceNumber: result.sequenceNumber, ShardId: result.shardId }
}
