import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Input } from '../../../wire/contract.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { KinesisOperation } from '../contract.ts'
import { LIST_SHARDS_DEFAULT, NEXT_TOKEN_LIFE_MS } from '../limits.ts'
import { secondOf } from '../sequence-number.ts'
import type { Shard, Stream, StreamKey } from '../stream.ts'
import { retentionMsOf } from '../stream.ts'
import { invalidArgument, streamNotFound } from '../stream-errors.ts'
import { shardNumberOf, sharedKeyOf, toWireShard } from '../wire-stream.ts'

type ListShardsInput = Input<typeof import('@aws-sdk/client-kinesis'), 'ListShards'>

/** What a listing goes on with: the token carries all of it, so that a page needs nothing else. */
interface Listing {
  readonly key: StreamKey
  readonly after: number
  /** Shards that were closed before `fromMs`, or made after `untilMs`, are left out. */
  readonly fromMs: number
  readonly untilMs: number
  readonly createdMs: number
}

export const listShards: KinesisOperation<'ListShards'> = {
  name: 'ListShards',
  refuses: ['StreamId'],
  async run({ access, clock }, input, context) {
    const { stream, listing } = await beginOrGoOn(input, context, clock, (key) =>
      access.stream(key, 'ListShards', context),
    )
    const shards = stream.shards.filter((shard) => isListed(shard, listing))
    const shown = shards.slice(0, input.MaxResults ?? LIST_SHARDS_DEFAULT)
    const last = shown.at(-1)
    const next = last && { ...listing, after: last.number }
    return {
      Shards: shown.map(toWireShard),
      ...(next && shards.length > shown.length && { NextToken: encodeToken(next, clock) }),
    }
  },
}

async function beginOrGoOn(
  input: ListShardsInput,
  context: RequestContext,
  clock: Clock,
  find: (key: StreamKey) => Promise<Stream>,
) {
  if (input.NextToken !== undefined) {
    refuseBesideToken(input)
    const listing = decodeToken(input.NextToken, clock)
    return { listing, stream: await find(listing.key) }
  }
  // AWS: the text is recorded in kinesalite, actions/listShards.js.
  if (input.StreamName === undefined && input.StreamARN === undefined) {
    throw invalidArgument('Either NextToken or StreamName should be provided.')
  }
  const key = sharedKeyOf(input, context)
  const stream = await find(key)
  const created = input.StreamCreationTimestamp?.getTime()
  if (created !== undefined && secondOf(created) !== secondOf(stream.createdMs)) {
    throw streamNotFound(key)
  }
  return { stream, listing: beginListing(key, stream, input, clock) }
}

function beginListing(
  key: StreamKey,
  stream: Stream,
  { ExclusiveStartShardId: start, ShardFilter: filter }: ListShardsInput,
  clock: Clock,
): Listing {
  const nowMs = clock.wallMs()
  const trimMs = Math.max(nowMs - retentionMsOf(stream), stream.createdMs)
  const after = start === undefined ? -1 : shardNumberOf(key, start)
  const all = {
    key,
    after,
    fromMs: trimMs,
    untilMs: Number.MAX_SAFE_INTEGER,
    createdMs: nowMs,
  }
  const given = filter?.Timestamp?.getTime()
  switch (filter?.Type) {
    case undefined:
    case 'FROM_TRIM_HORIZON':
      return all
    case 'AFTER_SHARD_ID':
      if (filter.ShardId === undefined) throw missing('ShardId', filter.Type)
      return { ...all, after: Math.max(after, shardNumberOf(key, filter.ShardId)) }
    case 'AT_TRIM_HORIZON':
      return { ...all, untilMs: trimMs }
    case 'AT_LATEST':
      return { ...all, fromMs: Number.MAX_SAFE_INTEGER }
    case 'AT_TIMESTAMP':
      if (given === undefined) throw missing('Timestamp', filter.Type)
      return { ...all, fromMs: Math.max(given, trimMs), untilMs: Math.max(given, trimMs) }
    case 'FROM_TIMESTAMP':
      if (given === undefined) throw missing('Timestamp', filter.Type)
      return { ...all, fromMs: Math.max(given, trimMs) }
  }
}

function isListed({ number, createdMs, closed }: Shard, listing: Listing): boolean {
  const isOpenLate = closed === undefined || closed.atMs >= listing.fromMs
  return number > listing.after && isOpenLate && createdMs <= listing.untilMs
}

function encodeToken(listing: Listing, clock: Clock): string {
  const { key, after, fromMs, untilMs } = listing
  const { accountId, region, name } = key
  const parts = [clock.wallMs(), name, after, fromMs, untilMs, accountId, region]
  return Buffer.from(JSON.stringify(parts)).toString('base64')
}

function decodeToken(token: string, clock: Clock): Listing {
  const parts = parseToken(token)
  const [createdMs, name, after, fromMs, untilMs, accountId, region] = parts
  const numbers = [createdMs, after, fromMs, untilMs]
  const texts = [name, accountId, region]
  if (!texts.every((text) => typeof text === 'string') || !numbers.every(Number.isSafeInteger)) {
    throw invalidArgument('Invalid NextToken.')
  }
  if (clock.wallMs() - Number(createdMs) > NEXT_TOKEN_LIFE_MS) {
    throw new ServiceError('ExpiredNextTokenException', 'The NextToken has expired.')
  }
  const [after2, from2, until2] = [after, fromMs, untilMs].map(Number)
  return {
    key: { accountId: String(accountId), region: String(region), name: String(name) },
    after: after2 ?? 0,
    fromMs: from2 ?? 0,
    untilMs: until2 ?? 0,
    createdMs: Number(createdMs),
  }
}

function parseToken(token: string): ReadonlyArray<unknown> {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'))
    if (Array.isArray(parts)) return parts
  } catch {
    // No token of ours: said below.
  }
  throw invalidArgument('Invalid NextToken.')
}

function refuseBesideToken(input: ListShardsInput): void {
  const { StreamName, StreamARN, StreamCreationTimestamp, ExclusiveStartShardId } = input
  // AWS: the text is recorded in kinesalite, actions/listShards.js.
  if (StreamName !== undefined || StreamARN !== undefined) {
    throw invalidArgument('NextToken and StreamName cannot be provided together.')
  }
  if (StreamCreationTimestamp !== undefined || ExclusiveStartShardId !== undefined) {
    throw invalidArgument(
      'NextToken cannot be provided together with StreamCreationTimestamp or ExclusiveStartShardId.',
    )
  }
}

function missing(member: string, type: string): ServiceError {
  return invalidArgument(`${member} must be provided in a ShardFilter of type ${type}.`)
}
