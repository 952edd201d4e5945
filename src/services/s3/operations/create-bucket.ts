import { ServiceError } from '../../../base/errors.ts'
import type { Input } from '../../../wire/contract.ts'
import { isPrivateBucket, isPublicAcl } from '../access/acl.ts'
import type { BucketAccess } from '../access/bucket-access.ts'
import { aclWithEnforcedOwner, askedGrants } from '../access/wire-acl.ts'
import type { S3Operation, Sdk } from '../contract.ts'
import { BUCKET_TAGS_MAX } from '../limits.ts'
import { canonicalIdOf } from '../objects/object-record.ts'
import { notSupported } from '../s3-errors.ts'
import { tagsFromPairs } from '../tags.ts'

export const createBucket: S3Operation<'CreateBucket'> = {
  name: 'CreateBucket',
  refuses: ['BucketNamespace'],
  async run({ buckets }, input, { accountId, region }) {
    const access = accessOf(input, accountId)
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
      ...(access && { access }),
      tags: tagsFromPairs(pairs, BUCKET_TAGS_MAX),
      ...(input.ObjectLockEnabledForBucket && { versioning: 'Enabled', objectLock: {} }),
    })
    return { Location: `/${input.Bucket}`, BucketArn: `arn:aws:s3:::${input.Bucket}` }
  },
}

/** AWS: a bucket is made with its public access blocked, so a public ACL cannot come with it. */
function accessOf(input: Input<Sdk, 'CreateBucket'>, accountId: string): BucketAccess | undefined {
  const ownership = input.ObjectOwnership ?? 'BucketOwnerEnforced'
  const grants = askedGrants(input, { ownerId: canonicalIdOf(accountId) })
  const isPrivate = isPrivateBucket({ accountId, access: { grants: grants ?? [] } })
  if (ownership === 'BucketOwnerEnforced') {
    if (!isPrivate) throw aclWithEnforcedOwner()
    return undefined
  }
  if (!isPublicAcl(grants)) return { ownership, ...(!isPrivate && grants && { grants }) }
  throw new ServiceError(
    'InvalidBucketAclWithBlockPublicAccessError',
    'Bucket cannot have public ACLs set with BlockPublicAccess enabled',
  )
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
