import type { Input, Output } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { KMS_KEY_ID_MAX } from '../limits.ts'
import { invalidArgument, malformedXml, notSupported } from '../s3-errors.ts'
import type { BucketEncryption } from './object-encryption.ts'

type WireConfiguration = Input<Sdk, 'PutBucketEncryption'>['ServerSideEncryptionConfiguration']
type WireRule = NonNullable<WireConfiguration['Rules']>[number]

/** AWS: the key is not looked at; what is wrong with it is told to who writes an object. */
export function bucketEncryptionOf({ Rules: rules = [] }: WireConfiguration): BucketEncryption {
  const [rule] = rules
  if (!rule || rules.length > 1) throw malformedXml()
  const { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled } = rule
  const blocked = blockedOf(rule)
  if (!byDefault && !blocked) throw malformedXml()
  return {
    ...(byDefault && defaultOf(byDefault)),
    ...(BucketKeyEnabled !== undefined && { bucketKey: BucketKeyEnabled }),
    ...(blocked && { blocked }),
  }
}

function defaultOf({
  SSEAlgorithm: algorithm,
  KMSMasterKeyID: keyId,
}: NonNullable<WireRule['ApplyServerSideEncryptionByDefault']>) {
  if (algorithm === 'aws:kms:dsse') throw notSupported(`Encryption ${algorithm}`)
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms') throw malformedXml()
  if (algorithm !== 'aws:kms' && keyId !== undefined) {
    throw invalidArgument(
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      'ApplyServerSideEncryptionByDefault',
    )
  }
  if (keyId !== undefined && keyId.length > KMS_KEY_ID_MAX) throw malformedXml()
  return { algorithm, ...(keyId !== undefined && { keyId }) }
}

function blockedOf({ BlockedEncryptionTypes }: WireRule): BucketEncryption['blocked'] {
  const types = BlockedEncryptionTypes?.EncryptionType
  if (!types) return undefined
  const known = new Set(
    types.map((type) => {
      if (type === 'NONE' || type === 'SSE-C') return type
      throw malformedXml()
    }),
  )
  return [...known]
}

export function wireBucketEncryption({
  algorithm,
  keyId,
  bucketKey = false,
  blocked,
}: BucketEncryption): Output<Sdk, 'GetBucketEncryption'> {
  const rule = {
    ...(algorithm && {
      ApplyServerSideEncryptionByDefault: {
        SSEAlgorithm: algorithm,
        ...(keyId !== undefined && { KMSMasterKeyID: keyId }),
      },
    }),
    BucketKeyEnabled: bucketKey,
    ...(blocked && { BlockedEncryptionTypes: { EncryptionType: [...blocked] } }),
  }
  return { ServerSideEncryptionConfiguration: { Rules: [rule] } }
}
