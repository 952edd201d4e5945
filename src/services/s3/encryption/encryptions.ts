import { EngineError, ServiceError } from '../../../base/errors.ts'
import type { Random } from '../../../base/random.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { invalidRequest } from '../s3-errors.ts'
import { KEY_BYTES, unwrapKey, wrapKey } from './key-wrapping.ts'
import { kmsKeyArnOf, requireKmsUse } from './kms-keys.ts'
import type {
  Caller,
  CustomerEncryption,
  EncryptionWish,
  KmsEncryption,
  ObjectEncryption,
  Reader,
} from './object-encryption.ts'
import type { WrappingKeys } from './wrapping-keys.ts'

/** An object's encryption before its data key is enciphered. */
type Plan = { readonly kind: 'AES256' | 'customer' } | Omit<KmsEncryption, 'wrappedKey'>

/** What a new object or upload is enciphered with. */
export interface NewEncryption {
  /** To be kept with it. */
  readonly kept: ObjectEncryption
  readonly dataKey: Buffer
}

/** Gives objects their data keys, and gives the keys to those who may read. */
export interface Encryptions {
  /**
   * A new data key, as the caller wishes or the bucket says; undefined when nothing is to be enciphered.
   * Throws `AccessDenied` for what the bucket has blocked, and what KMS answers.
   */
  begin(
    bucket: Bucket,
    key: string,
    wish: EncryptionWish | undefined,
  ): Promise<NewEncryption | undefined>
  /**
   * The data key of an object; undefined for a plain one. Throws what S3 answers to a reader without
   * the key of the caller, with a wrong one, or with one where none is.
   */
  keyOf(
    bucket: Bucket,
    key: string,
    encryption: ObjectEncryption | undefined,
    reader: Reader,
  ): Promise<Buffer | undefined>
  /** For who sees what an object is called, not its bytes: SSE-C asks for its key all the same. */
  requireCustomerKey(
    bucket: Bucket,
    key: string,
    encryption: ObjectEncryption | undefined,
    reader: Reader,
  ): Promise<void>
  /** Of an upload that goes on: like `keyOf`, but in the words of parts. */
  keyOfUpload(
    bucket: Bucket,
    key: string,
    encryption: ObjectEncryption | undefined,
    reader: Reader,
  ): Promise<Buffer | undefined>
  /** The same data key, enciphered with another key of KMS: no byte of the object changes. */
  rewrap(
    bucket: Bucket,
    key: string,
    encryption: ObjectEncryption,
    wish: Pick<EncryptionWish, 'keyId' | 'bucketKey' | 'caller'>,
  ): Promise<KmsEncryption>
}

export function createEncryptions(deps: {
  readonly wrappingKeys: WrappingKeys
  readonly random: Random
  /** Whether what says nothing of encryption gets SSE-S3, as on AWS. */
  readonly encryptsByDefault: boolean
}): Encryptions {
  const { wrappingKeys, random, encryptsByDefault } = deps

  function wrapperOf(
    plan: Plan,
    bucket: Bucket,
    { customerKey }: Reader,
  ): Promise<Buffer> | Buffer {
    if (plan.kind === 'customer') return customerKey?.key ?? Buffer.alloc(0)
    return 'keyArn' in plan ? wrappingKeys.ofKms(plan, bucket) : wrappingKeys.ofServer(bucket)
  }

  async function open(bucket: Bucket, key: string, kept: ObjectEncryption, reader: Reader) {
    const wrapper = await wrapperOf(kept, bucket, reader)
    return unwrapKey(kept.wrappedKey, wrapper, bindingOf(bucket, key, kept))
  }

  async function openOwn(bucket: Bucket, key: string, kept: ObjectEncryption): Promise<Buffer> {
    const dataKey = await open(bucket, key, kept, {})
    if (dataKey) return dataKey
    throw new EngineError('corrupt', `the data key of ${bucket.name}/${key} is not what was kept`)
  }

  async function openCustomers(
    bucket: Bucket,
    key: string,
    encryption: CustomerEncryption,
    reader: Reader,
  ): Promise<Buffer> {
    if (!reader.customerKey) throw customerKeyMissing(bucket, key, reader)
    const dataKey = await open(bucket, key, encryption, reader)
    if (!dataKey) throw wrongCustomerKey()
    return dataKey
  }

  return {
    async begin(bucket, key, wish = {}) {
      const plan = planOf(bucket, key, wish, encryptsByDefault)
      if (!plan) return undefined
      const dataKey = random.bytes(KEY_BYTES)
      const wrapper = await wrapperOf(plan, bucket, wish)
      const wrappedKey = wrapKey(dataKey, wrapper, bindingOf(bucket, key, plan), random)
      return { kept: { ...plan, wrappedKey }, dataKey }
    },

    async keyOf(bucket, key, encryption, reader) {
      if (encryption?.kind === 'customer') return openCustomers(bucket, key, encryption, reader)
      if (reader.customerKey) throw notApplicable()
      if (encryption?.kind === 'aws:kms') requireKmsUse(encryption, reader.caller)
      return encryption && openOwn(bucket, key, encryption)
    },

    async requireCustomerKey(bucket, key, encryption, reader) {
      if (encryption?.kind === 'customer') await openCustomers(bucket, key, encryption, reader)
      else if (reader.customerKey) throw notApplicable()
    },

    async keyOfUpload(bucket, key, encryption, reader) {
      const isCustomers = encryption?.kind === 'customer'
      if (isCustomers !== (reader.customerKey !== undefined)) throw partsNeedKey()
      if (!encryption) return undefined
      if (encryption.kind === 'aws:kms') requireKmsUse(encryption, reader.caller)
      if (!isCustomers) return openOwn(bucket, key, encryption)
      const dataKey = await open(bucket, key, encryption, reader)
      if (!dataKey) throw otherKeyThanBegun()
      return dataKey
    },

    async rewrap(bucket, key, encryption, { keyId, bucketKey, caller }) {
      const dataKey = await openOwn(bucket, key, encryption)
      const plan = kmsPlan(bucket, { keyId, bucketKey, caller })
      const wrapper = await wrappingKeys.ofKms(plan, bucket)
      return {
        ...plan,
        wrappedKey: wrapKey(dataKey, wrapper, bindingOf(bucket, key, plan), random),
      }
    },
  }
}

/** A data key opens only for the object that it is of, and as what it was kept. */
function bindingOf({ storeId }: Bucket, key: string, plan: Plan | ObjectEncryption): string {
  if (!('keyArn' in plan)) return JSON.stringify([plan.kind, storeId, key])
  const context = Object.entries(plan.context ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([plan.kind, storeId, key, plan.keyArn, plan.bucketKey === true, context])
}

function planOf(
  bucket: Bucket,
  key: string,
  wish: EncryptionWish,
  encryptsByDefault: boolean,
): Plan | undefined {
  const byDefault = bucket.encryption ?? {}
  if (wish.customerKey) {
    if (byDefault.blocked?.includes('SSE-C')) throw blocked(bucket, key, wish.caller)
    return { kind: 'customer' }
  }
  const algorithm =
    wish.algorithm ?? byDefault.algorithm ?? (encryptsByDefault ? 'AES256' : undefined)
  if (algorithm !== 'aws:kms') return algorithm && { kind: algorithm }
  return kmsPlan(bucket, {
    ...wish,
    keyId: wish.algorithm ? wish.keyId : byDefault.keyId,
    bucketKey: wish.bucketKey ?? byDefault.bucketKey,
  })
}

function kmsPlan(
  bucket: Bucket,
  { keyId, context, bucketKey, caller }: EncryptionWish,
): Omit<KmsEncryption, 'wrappedKey'> {
  return {
    kind: 'aws:kms',
    keyArn: kmsKeyArnOf(bucket, keyId, caller),
    ...(context && { context }),
    ...(bucketKey && { bucketKey }),
  }
}

function blocked({ name, accountId }: Bucket, key: string, caller: Caller | undefined) {
  const who = caller?.arn ?? `arn:aws:iam::${accountId}:root`
  return new ServiceError(
    'AccessDenied',
    `User: ${who} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::${name}/${key}" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type`,
    { status: 403 },
  )
}

function wrongCustomerKey() {
  return new ServiceError(
    'AccessDenied',
    'Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.',
    { status: 403 },
  )
}

function customerKeyMissing({ name }: Bucket, key: string, { caller }: Reader) {
  if (!caller) {
    return invalidRequest(
      `The object s3://${name}/${key} was stored with a key of its writer (SSE-C), which only he has. Nothing but his own requests can read it.`,
    )
  }
  return invalidRequest(
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
  )
}

function notApplicable() {
  return invalidRequest('The encryption parameters are not applicable to this object.')
}

function partsNeedKey() {
  return invalidRequest(
    'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.',
  )
}

function otherKeyThanBegun() {
  return invalidRequest(
    'The provided encryption parameters did not match the ones used originally.',
  )
}
