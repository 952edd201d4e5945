import { ServiceError } from '../../../base/errors.ts'
import type { S3Operation } from '../contract.ts'
import { BUCKET_TAGS_MAX } from '../limits.ts'
import { requireNoAcl } from '../objects/wire-object.ts'
import { notSupported } from '../s3-errors.ts'
import { tagsFromPairs } from '../tags.ts'

export const createBucket: S3Operation<'CreateBucket'> = {
  name: 'CreateBucket',
  refuses: ['BucketNamespace'],
  async run({ buckets }, input, { accountId, region }) {
    requireNoAcl(input)
    if (input.ObjectOwnership && input.ObjectOwnership !== 'BucketOwnerEnforced') {
      throw notSupported(`Object ownership ${input.ObjectOwnership}`)
    }
    const {
      LocationConstraint,
      Location,
      Bucket,
      Tags = [],
    } = input.CreateBucketConfiguration ?? {}
    if (Location || Bucket) throw notSupported('A directory bucket')
    const pairs = Tags.map(({ Key, Value }) => [Key, Value] as const)
    const owner = { accountId, region: regionOf(LocationConstraint, region) }
    await buckets.create(owner, input.Bucket, {
      tags: tagsFromPairs(pairs, BUCKET_TAGS_MAX),
      ...(input.ObjectLockEnabledForBucket && { versioning: 'Enabled', objectLock: {} }),
    })
    return { Location: `/${input.Bucket}`, BucketArn: `arn:aws:s3:::${input.Bucket}` }
  },
}

/** The region of the bucket. Only the endpoint of us-east-1 makes buckets in other regions. */
function regionOf(constraint: string | undefined, endpointRegion: string): string {
  if (endpointRegion === 'us-east-1') {
    if (constraint === undefined) return endpointRegion
    if (constraint === 'EU') return 'eu-west-1'
    if (constraint !== 'us-east-1' && /^[a-z]{2}(-[a-z]+)+-\d$/.test(constraint)) return constraint
    throw new ServiceError(
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid',
      { fields: { LocationConstraint: constraint } },
    )
  }
  if (constraint === endpointRegion) return endpointRegion
  throw new ServiceError(
    'IllegalLocationConstraintException',
    `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  )
}
