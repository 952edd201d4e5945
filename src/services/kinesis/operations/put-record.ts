import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { KinesisOperation } from '../contract.ts'
import { encryptionTypeAt } from '../encryption.ts'
import { decodeSequenceNumber, secondOf } from '../sequence-number.ts'
import type { StreamKey } from '../stream.ts'
import { invalidArgument } from '../stream-errors.ts'
import { refuseDryRun } from '../wire-dry-run.ts'
import { keyFor, sharedKeyOf } from '../wire-stream.ts'

export const putRecord: KinesisOperation<'PutRecord'> = {
  name: 'PutRecord',
  refuses: ['StreamId'],
  // The log has written the records when it has answered.
  keepsNoInput: true,
  async run({ access, producer, clock }, input, context) {
    const key = sharedKeyOf(input, context)
    const stream = await access.stream(key, 'PutRecord', context)
    // Records of a shard are in the order of their acknowledgements, so nothing more is needed.
    refuseBadOrdering(key, input.SequenceNumberForOrdering, clock)
    const entry = {
      partitionKey: keyFor(stream, input.PartitionKey, 'partitionKey'),
      explicitHashKey: input.ExplicitHashKey,
      data: input.Data,
    }
    if (input.DryRun) {
      producer.check(stream, [entry], () => 'data')
      refuseDryRun(input.DryRun)
    }
    const [result] = await producer.put(key, [entry], () => 'data')
    if (result && 'sequenceNumber' in result) {
      return {
        ShardId: result.shardId,
        SequenceNumber: result.sequenceNumber,
        EncryptionType: encryptionTypeAt(stream, clock.wallMs()),
      }
    }
    throw new ServiceError(
      result?.errorCode ?? 'InternalFailure',
      result?.errorMessage ?? 'Internal Service Failure',
      { status: result?.errorCode === 'ProvisionedThroughputExceededException' ? 400 : 500 },
    )
  },
}

// AWS: the text is recorded in kinesalite, actions/putRecord.js.
function refuseBadOrdering(key: StreamKey, given: string | undefined, clock: Clock): void {
  if (given === undefined) return
  const sequence = decodeSequenceNumber(given)
  if (sequence && sequence.second <= secondOf(clock.wallMs())) return
  throw invalidArgument(
    `ExclusiveMinimumSequenceNumber ${given} used in PutRecord on stream ${key.name} ` +
      `under account ${key.accountId} is invalid.`,
  )
}
