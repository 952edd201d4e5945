import type { Clock } from '../../base/clock.ts'
import type { ServiceError } from '../../base/errors.ts'
import type { SequenceNumber } from './sequence-number.ts'
import {
  COUNTER_MAX,
  decodeSequenceNumber,
  offsetAfter,
  offsetOf,
  secondOf,
} from './sequence-number.ts'
import type { ShardAt, ShardReads } from './shard-reads.ts'
import { shardIdOf } from './stream.ts'
import { invalidArgument } from './stream-errors.ts'

/** Where a reading starts, as GetShardIterator and SubscribeToShard say it. */
export interface WireStart {
  readonly type:
    | 'AT_SEQUENCE_NUMBER'
    | 'AFTER_SEQUENCE_NUMBER'
    | 'TRIM_HORIZON'
    | 'LATEST'
    | 'AT_TIMESTAMP'
  readonly sequenceNumber: string | undefined
  // biome-ignore lint/style/noRestrictedGlobals: the type of a member that is a timestamp.
  readonly timestamp: Date | undefined
  readonly operation: string
}

export async function offsetOfStart(
  reads: ShardReads,
  clock: Clock,
  at: ShardAt,
  start: WireStart,
): Promise<number> {
  switch (start.type) {
    case 'LATEST':
    case 'TRIM_HORIZON':
      return reads.startOffset(at, { at: start.type })
    case 'AT_TIMESTAMP':
      return reads.startOffset(at, { at: start.type, timestampMs: timeOf(start, clock) })
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      const sequence = sequenceOf(at, start)
      const endOffset = await reads.startOffset(at, { at: 'LATEST' })
      const offset =
        start.type === 'AT_SEQUENCE_NUMBER' ? offsetOf(sequence) : offsetAfter(sequence)
      if (sequence.counter === COUNTER_MAX) return endOffset
      // A record that was never put has no number.
      if (offsetOf(sequence) > endOffset) throw invalidSequence(at, start, 'is invalid.')
      return Math.min(offset, endOffset)
    }
  }
}

function timeOf({ timestamp, type }: WireStart, clock: Clock): number {
  if (timestamp === undefined) throw invalidArgument(`Timestamp must be provided for ${type}.`)
  const timestampMs = timestamp.getTime()
  const nowMs = clock.wallMs()
  if (timestampMs <= nowMs) return timestampMs
  throw invalidArgument(
    'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. ' +
      `timestampInMillis: ${timestampMs}, currentTimestampInMillis: ${nowMs}`,
  )
}

function sequenceOf(at: ShardAt, start: WireStart): SequenceNumber {
  const { sequenceNumber } = start
  if (sequenceNumber === undefined) {
    throw invalidArgument(`StartingSequenceNumber must be provided for ${start.type}.`)
  }
  const sequence = decodeSequenceNumber(sequenceNumber)
  if (!sequence) throw invalidSequence(at, start, 'is invalid.')
  const { shard } = at
  if (sequence.shardNumber !== shard.number) {
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${shardIdOf(sequence.shardNumber)}, ` +
        `while it was used in a call to a shard with ${shardIdOf(shard.number)}`,
    )
  }
  if (sequence.createdSecond !== secondOf(shard.createdMs)) {
    throw invalidSequence(at, start, 'is invalid because it did not come from this stream.')
  }
  return sequence
}

// AWS: these texts are recorded in kinesalite, actions/getShardIterator.js.
function invalidSequence({ key, shard }: ShardAt, start: WireStart, why: string): ServiceError {
  return invalidArgument(
    `StartingSequenceNumber ${start.sequenceNumber} used in ${start.operation} on shard ` +
      `${shardIdOf(shard.number)} in stream ${key.name} under account ${key.accountId} ${why}`,
  )
}
