import { ServiceError } from '../../base/errors.ts'
import type { RequestContext } from '../../wire/operation.ts'
import { keyOfArn } from './create-stream-reader.ts'
import { encryptionOf } from './encryption.ts'
import { decimalOf } from './hash-key.ts'
import { endingSequenceNumber, startingSequenceNumber } from './sequence-number.ts'
import type { Shard, Stream, StreamKey } from './stream.ts'
import { openShards, parseShardNumber, shardIdOf } from './stream.ts'
import { invalidArgument, invalidRequest, shardNotFound, streamNotFound } from './stream-errors.ts'

interface StreamReference {
  readonly StreamName?: string | undefined
  readonly StreamARN?: string | undefined
}

/** The stream that a request names, by name, by ARN, or by both: one of the caller's own. */
export function streamKeyOf(input: StreamReference, context: RequestContext): StreamKey {
  const key = sharedKeyOf(input, context)
  if (input.StreamARN !== undefined) refuseOthers(key, input.StreamARN, context)
  return key
}

/** As `streamKeyOf`, for `Access` to judge: by ARN it may be one of another account. */
export function sharedKeyOf(input: StreamReference, context: RequestContext): StreamKey {
  const { accountId, region } = context
  const { StreamName: name, StreamARN: arn } = input
  if (arn !== undefined) {
    const key = keyOfArn(arn)
    if (name === undefined || name === key.name) return key
    throw invalidArgument(`StreamARN ${arn} and StreamName ${name} name different streams.`)
  }
  if (name === undefined) {
    throw invalidArgument('Either StreamName or StreamARN should be provided.')
  }
  return { accountId, region, name }
}

/** The key of an ARN of the caller's own; what is of another account is not given away. */
export function ownKeyOfArn(arn: string, context: RequestContext): StreamKey {
  const key = keyOfArn(arn)
  refuseOthers(key, arn, context)
  return key
}

export function refuseOthers(key: StreamKey, arn: string, context: RequestContext): void {
  if (key.accountId !== context.accountId) {
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${context.callerArn} is not authorized to access resource: ${arn} ` +
        'because no resource-based policy allows it',
    )
  }
  if (key.region !== context.region) throw streamNotFound(key)
}

/** Throws `ResourceNotFoundException` for what cannot be the id of a shard. */
export function shardNumberOf(key: StreamKey, shardId: string): number {
  const number = parseShardNumber(shardId)
  if (number === undefined) throw shardNotFound(key, shardId)
  return number
}

/** A stream that distributes records by itself needs no keys; for it the answer may be null. */
export function keyFor(
  { distributesEvenly }: Stream,
  partitionKey: string | undefined,
  member: string,
): string | null {
  if (partitionKey !== undefined) return partitionKey
  if (distributesEvenly) return null
  throw invalidRequest(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: ` +
      'Member must not be null',
  )
}

export function toWireShard(shard: Shard) {
  const [parent, adjacentParent] = shard.parents
  return {
    ShardId: shardIdOf(shard.number),
    ...(parent !== undefined && { ParentShardId: shardIdOf(parent) }),
    ...(adjacentParent !== undefined && { AdjacentParentShardId: shardIdOf(adjacentParent) }),
    HashKeyRange: toWireRange(shard),
    SequenceNumberRange: {
      StartingSequenceNumber: startingSequenceNumber(shard),
      ...(shard.closed && {
        EndingSequenceNumber: endingSequenceNumber(shard, shard.closed.atMs),
      }),
    },
  }
}

/** The shards that a closed one was split or merged into, as readers at its end need them. */
export function toWireChildren(stream: Stream, shard: Shard) {
  return stream.shards
    .filter((child) => child.parents.includes(shard.number))
    .map((child) => ({
      ShardId: shardIdOf(child.number),
      ParentShards: child.parents.map(shardIdOf),
      HashKeyRange: toWireRange(child),
    }))
}

function toWireRange({ startHash, endHash }: Shard) {
  return { StartingHashKey: decimalOf(startHash), EndingHashKey: decimalOf(endHash) }
}

/** Throws what AWS says when an operation is for streams of provisioned mode only. */
export function refuseOnDemand(key: StreamKey, stream: Stream): void {
  if (stream.mode === 'PROVISIONED') return
  throw invalidRequest(
    `Stream ${key.name} under account ${key.accountId} is in ON_DEMAND mode: ` +
      'this operation is only supported for streams in PROVISIONED mode.',
  )
}

/** What both descriptions of a stream say of its encryption and its metrics. */
export function toWireState(stream: Stream) {
  const encryption = encryptionOf(stream)
  return {
    EnhancedMonitoring: [{ ShardLevelMetrics: [...(stream.shardMetrics ?? [])] }],
    EncryptionType: encryption ? ('KMS' as const) : ('NONE' as const),
    ...(encryption && { KeyId: encryption.keyId }),
  }
}

/** A shard takes a mebibyte a second. */
export function toWireWarmth(stream: Stream) {
  return {
    ...(stream.warmMibps !== undefined && { TargetMiBps: stream.warmMibps }),
    CurrentMiBps: openShards(stream).length,
  }
}
