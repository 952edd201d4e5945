import type { ServiceError } from '../../../base/errors.ts'
import type { Input } from '../../../wire/contract.ts'
import type { KinesisDeps, KinesisOperation } from '../contract.ts'
import { encodeShardIterator } from '../shard-iterator.ts'
import type { ShardAt } from '../shard-reads.ts'
import { shardAt } from '../shard-reads.ts'
import { invalidArgument, noSuchShard } from '../stream-errors.ts'
import { refuseDryRun } from '../wire-dry-run.ts'
import { offsetOfStart } from '../wire-start.ts'
import { shardNumberOf, sharedKeyOf } from '../wire-stream.ts'

type GetShardIteratorInput = Input<typeof import('@aws-sdk/client-kinesis'), 'GetShardIterator'>

export const getShardIterator: KinesisOperation<'GetShardIterator'> = {
  name: 'GetShardIterator',
  refuses: ['StreamId'],
  async run(deps, input, context) {
    const key = sharedKeyOf(input, context)
    const shardNumber = shardNumberOf(key, input.ShardId)
    const stream = await deps.access
      .stream(key, 'GetShardIterator', context)
      .catch((error: unknown) => {
        // AWS: an unknown stream is told as an unknown shard (kinesalite, test/getShardIterator.js).
        const isUnknown = (error as ServiceError).code === 'ResourceNotFoundException'
        throw isUnknown ? noSuchShard(key, shardNumber) : error
      })
    const at = shardAt(key, stream, shardNumber)
    const offset = await startOf(deps, at, input)
    refuseDryRun(input.DryRun)
    const { creationId } = stream
    const createdMs = deps.clock.wallMs()
    return {
      ShardIterator: encodeShardIterator({ key, creationId, shardNumber, offset, createdMs }),
    }
  },
}

async function startOf(
  { reads, clock }: KinesisDeps,
  at: ShardAt,
  input: GetShardIteratorInput,
): Promise<number> {
  const { ShardIteratorType: type, StartingSequenceNumber: sequenceNumber } = input
  const isSequence = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER'
  if (isSequence !== (sequenceNumber !== undefined)) {
    // AWS: the text is recorded in kinesalite, actions/getShardIterator.js.
    throw invalidArgument(
      'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and ' +
        'StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
        `Request specified ${type} and ${isSequence ? 'no' : 'also a'} StartingSequenceNumber.`,
    )
  }
  return offsetOfStart(reads, clock, at, {
    type,
    sequenceNumber,
    timestamp: input.Timestamp,
    operation: 'GetShardIterator',
  })
}
