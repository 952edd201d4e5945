import { dateOf } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import type { Scope } from '../../base/scope.ts'
import { ITERATOR_LIFE_MS } from './limits.ts'
import type { StreamKey } from './stream.ts'
import { invalidArgument } from './stream-errors.ts'

/** A place in a shard, for a while: what GetShardIterator gives and GetRecords takes. */
export interface ShardIterator {
  readonly key: StreamKey
  readonly creationId: string
  readonly shardNumber: number
  readonly offset: number
  readonly createdMs: number
}

/*
 * AWS: base64 of a 1 in 8 bytes, big-endian, and then a multiple of 16 bytes, at least 144 of them
 * (kinesalite, db/index.js). Theirs are encrypted; ours are the parts, joined by `/` and padded. An
 * iterator opens nothing that its bearer's signature does not open, so it needs no secret.
 */
const MARK = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1])
const BODY_BYTES_MIN = 144
const BLOCK_BYTES = 16
const PARTS = 7

export function encodeShardIterator(iterator: ShardIterator): string {
  const { key, creationId, shardNumber, offset, createdMs } = iterator
  const { accountId, region, name } = key
  const text = [createdMs, accountId, region, name, creationId, shardNumber, offset].join('/')
  const blocks = Math.ceil(Buffer.byteLength(text) / BLOCK_BYTES)
  const body = text.padEnd(Math.max(blocks * BLOCK_BYTES, BODY_BYTES_MIN), ' ')
  return Buffer.concat([MARK, Buffer.from(body)]).toString('base64')
}

/** Throws what AWS says to an iterator that is none, is not the caller's, or has expired. */
export function decodeShardIterator(token: string, scope: Scope, nowMs: number): ShardIterator {
  const bytes = Buffer.from(token, 'base64')
  const isOurs = bytes.toString('base64') === token && bytes.subarray(0, MARK.length).equals(MARK)
  const parts = bytes.subarray(MARK.length).toString('latin1').trimEnd().split('/')
  if (!isOurs || parts.length !== PARTS) throw invalidIterator()
  const [created, accountId, region, name, creationId, shard, place] = parts
  const [createdMs, shardNumber, offset] = [created, shard, place].map(Number)
  if (
    !name ||
    !creationId ||
    accountId !== scope.accountId ||
    region !== scope.region ||
    !isCount(createdMs) ||
    !isCount(shardNumber) ||
    !isCount(offset) ||
    createdMs > nowMs
  ) {
    throw invalidIterator()
  }
  if (nowMs - createdMs > ITERATOR_LIFE_MS) throw expiredIterator(createdMs, nowMs)
  return { key: { ...scope, name }, creationId, shardNumber, offset, createdMs }
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function invalidIterator(): ServiceError {
  return invalidArgument('Invalid ShardIterator.')
}

// AWS: the text is recorded in kinesalite, actions/getRecords.js.
function expiredIterator(createdMs: number, nowMs: number): ServiceError {
  return new ServiceError(
    'ExpiredIteratorException',
    `Iterator expired. The iterator was created at time ${javaTime(createdMs)} while right now ` +
      `it is ${javaTime(nowMs)} which is further in the future than the tolerated delay of ` +
      `${ITERATOR_LIFE_MS} milliseconds.`,
  )
}

/** `Thu Jan 22 01:22:02 UTC 2015` */
function javaTime(ms: number): string {
  const text = dateOf(ms).toUTCString()
  const [, weekday, day, month, year, time] = /^(.+), (.+) (.+) (.+) (.+) GMT$/.exec(text) ?? []
  return `${weekday} ${month} ${day} ${time} UTC ${year}`
}
