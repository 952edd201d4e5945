import { dateOf } from '../../../base/clock.ts'
import type { Input } from '../../../wire/contract.ts'
import type { S3Operation, Sdk } from '../contract.ts'
import { BUCKETS_MAX } from '../limits.ts'
import { readToken, writeToken } from '../objects/wire-listing.ts'
import { ownerOf } from '../objects/wire-object.ts'
import { invalidArgument } from '../s3-errors.ts'

export const listBuckets: S3Operation<'ListBuckets'> = {
  name: 'ListBuckets',
  async run({ buckets }, input, { accountId }) {
    const limit = limitOf(input.MaxBuckets)
    const token = input.ContinuationToken
    const found = await buckets.list(accountId, {
      prefix: input.Prefix,
      after: token === undefined ? undefined : readToken(token),
      limit: limit + 1,
    })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const wanted = input.BucketRegion
    return {
      Buckets: page
        .filter(({ region }) => wanted === undefined || region === wanted)
        .map(({ name, createdMs, region }) => ({
          Name: name,
          CreationDate: dateOf(createdMs),
          // AWS: the region is told when the request pages or filters.
          ...(isPaged(input) && { BucketRegion: region }),
          BucketArn: `arn:aws:s3:::${name}`,
        })),
      Owner: ownerOf(accountId),
      ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
      ...(found.length > limit && last && { ContinuationToken: writeToken(last.name) }),
    }
  },
}

function limitOf(given: number | undefined): number {
  if (given === undefined) return BUCKETS_MAX
  if (given >= 1 && given <= BUCKETS_MAX) return given
  throw invalidArgument(
    `Argument max-buckets must be an integer between 1 and ${BUCKETS_MAX}`,
    'max-buckets',
    String(given),
  )
}

function isPaged(input: Input<Sdk, 'ListBuckets'>): boolean {
  const { MaxBuckets, Prefix, BucketRegion, ContinuationToken } = input
  return [MaxBuckets, Prefix, BucketRegion, ContinuationToken].some((one) => one !== undefined)
}
