import type { Clock } from '../../../base/clock.ts'
import { ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Scope } from '../../../base/scope.ts'
import type { MetaStore } from '../../../engines/meta/port.ts'
import type { ObjectStore } from '../../../engines/objects/port.ts'
import { BUCKETS_MAX } from '../limits.ts'
import { accessDenied, noSuchBucket, operationAborted } from '../s3-errors.ts'
import type { Bucket } from './bucket.ts'
import { requireBucketName } from './bucket-names.ts'
import { createBucketRemoval } from './bucket-removal.ts'
import type { BucketPage, StoredBucket } from './bucket-rows.ts'
import { createBucketRows } from './bucket-rows.ts'

const ATTEMPTS_MAX = 100
const CLOSING_WAIT_MS = 5
const CLOSING_WAITS_MAX = 2_000

/** What is said of a bucket when it is made. */
export type GivenAtCreation = Pick<Bucket, 'access' | 'tags' | 'objectLock' | 'versioning'>

export interface Buckets {
  /** False when the account has it already (`us-east-1` answers that with success). */
  create(owner: Scope, name: string, given: GivenAtCreation): Promise<boolean>
  /** Throws `NoSuchBucket`, or `AccessDenied` for the bucket of another account. */
  find(accountId: string, name: string, expectedOwner?: string | undefined): Promise<Bucket>
  /** Of any account: the authorization of the request has decided. */
  findAnywhere(name: string, expectedOwner?: string | undefined): Promise<Bucket>
  /** Of any account; undefined when there is none: for those who decide about access. */
  look(name: string): Promise<Bucket | undefined>
  change(
    accountId: string,
    name: string,
    change: (bucket: Bucket) => Bucket,
    expectedOwner?: string | undefined,
  ): Promise<void>
  /** Throws `BucketNotEmpty`. What no upload will complete any more is removed with it. */
  remove(accountId: string, name: string, expectedOwner?: string | undefined): Promise<void>
  /** In order of the name. */
  list(accountId: string, page: BucketPage): Promise<ReadonlyArray<Bucket>>
  /**
   * To be asked behind a write, before it is acknowledged: throws `NoSuchBucket` when the bucket was
   * removed meanwhile, and waits for a removal under way to be decided. So an acknowledged object is
   * always seen by the removal of its bucket.
   */
  requireOpen(bucket: Bucket): Promise<void>
  /** Brings removals to their end that a crash interrupted. */
  recover(): Promise<void>
  /** Removes all buckets of the account, or of everybody, with all that is in them. */
  empty(accountId: string | undefined): Promise<void>
}

export function createBuckets(deps: {
  readonly meta: MetaStore
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly random: Random
}): Buckets {
  const { meta, objects, clock } = deps
  const rows = createBucketRows(meta)

  async function findAnywhere(name: string, expectedOwner?: string): Promise<StoredBucket> {
    checkExpectedOwner(expectedOwner)
    const stored = await rows.read(name)
    if (!stored) throw noSuchBucket(name)
    const owner = stored.bucket.accountId
    if (expectedOwner !== undefined && expectedOwner !== owner) throw accessDenied()
    return stored
  }

  async function find(
    accountId: string,
    name: string,
    expectedOwner?: string,
  ): Promise<StoredBucket> {
    const stored = await findAnywhere(name, expectedOwner)
    if (stored.bucket.accountId !== accountId) throw accessDenied()
    return stored
  }

  async function change(
    accountId: string,
    name: string,
    apply: (bucket: Bucket) => Bucket,
    expectedOwner?: string,
  ): Promise<Bucket> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const stored = await find(accountId, name, expectedOwner)
      const bucket = apply(stored.bucket)
      if (await rows.write(bucket, stored.version)) return bucket
    }
    throw operationAborted()
  }

  const removal = createBucketRemoval({
    rows,
    objects,
    async reopen({ accountId, name }) {
      await change(accountId, name, (bucket) => ({ ...bucket, state: 'open' }))
    },
  })

  return {
    async create(owner, name, given) {
      requireBucketName(name)
      const bucket = newBucket(deps, owner, name, given)
      if ((await rows.count(owner.accountId)) >= BUCKETS_MAX) throw tooManyBuckets()
      if (await rows.write(bucket, 0)) return true
      const there = await rows.read(name)
      if (!there) throw operationAborted()
      if (there.bucket.accountId !== owner.accountId) throw alreadyExists(name)
      if (there.bucket.region !== 'us-east-1' || owner.region !== 'us-east-1')
        throw alreadyOwned(name)
      return false
    },

    async find(accountId, name, expectedOwner) {
      return (await find(accountId, name, expectedOwner)).bucket
    },

    async findAnywhere(name, expectedOwner) {
      return (await findAnywhere(name, expectedOwner)).bucket
    },

    look: async (name) => (await rows.read(name))?.bucket,

    async change(accountId, name, apply, expectedOwner) {
      await change(accountId, name, apply, expectedOwner)
    },

    async remove(accountId, name, expectedOwner) {
      const close = (bucket: Bucket): Bucket => ({ ...bucket, state: 'closing' })
      const bucket = await change(accountId, name, close, expectedOwner)
      if (await removal.finish(bucket)) return
      throw notEmpty(bucket)
    },

    list: (accountId, page) => rows.list(accountId, page),

    async requireOpen({ name, storeId }) {
      for (let attempt = 0; attempt < CLOSING_WAITS_MAX; attempt++) {
        const now = (await rows.read(name))?.bucket
        if (now?.storeId !== storeId) throw noSuchBucket(name)
        if (now.state === 'open') return
        await clock.sleep(CLOSING_WAIT_MS)
      }
      throw operationAborted()
    },

    recover: removal.recover,
    empty: removal.empty,
  }
}

function newBucket(
  { random, clock }: { readonly random: Random; readonly clock: Clock },
  { accountId, region }: Scope,
  name: string,
  given: GivenAtCreation,
): Bucket {
  const storeId = random.bytes(8).toString('hex')
  const createdMs = clock.wallMs()
  const rest = { state: 'open' as const, notificationRules: [] }
  return { accountId, region, name, createdMs, storeId, ...given, ...rest }
}

function checkExpectedOwner(expectedOwner: string | undefined): void {
  if (expectedOwner === undefined || /^\d{12}$/.test(expectedOwner)) return
  throw new ServiceError(
    'InvalidBucketOwnerAWSAccountID',
    `The value of the expected bucket owner parameter must be an AWS Account ID... [${expectedOwner}]`,
  )
}

function alreadyExists(name: string): ServiceError {
  return new ServiceError(
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { status: 409, fields: { BucketName: name } },
  )
}

function alreadyOwned(name: string): ServiceError {
  return new ServiceError(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    { status: 409, fields: { BucketName: name } },
  )
}

function notEmpty({ name, versioning }: Bucket): ServiceError {
  const more = versioning ? '. You must delete all versions in the bucket.' : ''
  return new ServiceError('BucketNotEmpty', `The bucket you tried to delete is not empty${more}`, {
    status: 409,
    fields: { BucketName: name },
  })
}

function tooManyBuckets(): ServiceError {
  return new ServiceError(
    'TooManyBuckets',
    'You have attempted to create more buckets than allowed',
  )
}
