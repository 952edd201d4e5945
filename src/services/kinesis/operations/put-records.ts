import type { KinesisOperation } from '../contract.ts'
import { encryptionTypeAt } from '../encryption.ts'
import type { PutResult } from '../producer.ts'
import { refuseDryRun } from '../wire-dry-run.ts'
import { keyFor, sharedKeyOf } from '../wire-stream.ts'

export const putRecords: KinesisOperation<'PutRecords'> = {
  name: 'PutRecords',
  refuses: ['StreamId'],
  // The log has written the records when it has answered.
  keepsNoInput: true,
  async run({ access, producer, clock }, input, context) {
    const key = sharedKeyOf(input, context)
    const stream = await access.stream(key, 'PutRecords', context)
    const entries = input.Records.map((record, index) => ({
      partitionKey: keyFor(stream, record.PartitionKey, `records.${index + 1}.member.partitionKey`),
      explicitHashKey: record.ExplicitHashKey,
      data: record.Data,
    }))
    if (input.DryRun) {
      producer.check(stream, entries, nameOfData)
      refuseDryRun(input.DryRun)
    }
    const results = await producer.put(key, entries, nameOfData)
    let failedCount = 0
    for (const result of results) if ('errorCode' in result) failedCount++
    return {
      FailedRecordCount: failedCount,
      Records: results.map(toWireResult),
      EncryptionType: encryptionTypeAt(stream, clock.wallMs()),
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
