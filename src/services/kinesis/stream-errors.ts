import { ServiceError } from '../../base/errors.ts'
import type { Stream, StreamKey } from './stream.ts'
import { shardIdOf } from './stream.ts'

/** Errors in AWS's words; the texts are those that kinesalite and issue trackers recorded. */

export function streamNotFound({ name, accountId }: StreamKey): ServiceError {
  const message = `Stream ${name} under account ${accountId} not found.`
  return new ServiceError('ResourceNotFoundException', message)
}

export function streamExists({ name, accountId }: StreamKey): ServiceError {
  const message = `Stream ${name} under account ${accountId} already exists.`
  return new ServiceError('ResourceInUseException', message)
}

export function streamNotActive({ name, accountId }: StreamKey, { status }: Stream): ServiceError {
  return new ServiceError(
    'ResourceInUseException',
    `Stream ${name} under account ${accountId} not ACTIVE, instead in state ${status}`,
  )
}

/** For a shard id that cannot be one, and for all shards in operations that change them. */
export function shardNotFound({ name, accountId }: StreamKey, shardId: string): ServiceError {
  const message = `Could not find shard ${shardId} in stream ${name} under account ${accountId}.`
  return new ServiceError('ResourceNotFoundException', message)
}

/** For a shard that is asked for by its number in operations that read. */
export function noSuchShard({ name, accountId }: StreamKey, number: number): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `Shard ${shardIdOf(number)} in stream ${name} under account ${accountId} does not exist`,
  )
}

export function rateExceeded({ name, accountId }: StreamKey, number: number): string {
  return `Rate exceeded for shard ${shardIdOf(number)} in stream ${name} under account ${accountId}.`
}

export function invalidArgument(message: string): ServiceError {
  return new ServiceError('InvalidArgumentException', message)
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceededException', message)
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}
