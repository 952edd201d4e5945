import { createHash } from 'node:crypto'
import { ServiceError } from '../../../base/errors.ts'
import { kmsKeyOf } from '../../../base/kms-key.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { invalidArgument } from '../s3-errors.ts'
import type { Caller, KmsEncryption } from './object-encryption.ts'

const DEFAULT_KEY = 'alias/aws/s3'

/**
 * The ARN of the key that is meant, which lies in the bucket's region. An alias stands for a key of
 * its account whose id follows from the alias. Throws `KMS.NotFoundException` for what is no key, and
 * `AccessDenied` for one of another account: there are no key policies that could let the caller in.
 */
export function kmsKeyArnOf(
  bucket: Bucket,
  keyId: string | undefined,
  caller: Caller | undefined,
): string {
  const { region } = bucket
  const accountId = accountOf(caller) ?? bucket.accountId
  const key = kmsKeyOf({ accountId, region }, keyId ?? DEFAULT_KEY)
  if ('problem' in key) throw new ServiceError('KMS.NotFoundException', key.problem)
  const resource = key.resource.startsWith('key/')
    ? key.resource
    : `key/${keyIdOfAlias(`${region}:${key.accountId}:${key.resource}`)}`
  const arn = `arn:aws:kms:${region}:${key.accountId}:${resource}`
  if (caller) requireSignature(caller)
  if (caller && key.accountId !== accountId) {
    throw keyDenied(`kms:GenerateDataKey on resource: ${arn}`, caller)
  }
  return arn
}

/** The key that a request names, as policies ask for it: by its ARN, whatever form it has there. */
export function askedKmsKey(
  bucket: Bucket,
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const keyId = headers['x-amz-server-side-encryption-aws-kms-key-id']
  if (headers['x-amz-server-side-encryption'] !== 'aws:kms') return keyId
  try {
    return kmsKeyArnOf(bucket, keyId, undefined)
  } catch {
    // No key at all, which the operation will say.
    return keyId
  }
}

/** May he decipher with the object's key? The owner of the bucket's house always may. */
export function requireKmsUse({ keyArn }: KmsEncryption, caller: Caller | undefined): void {
  if (!caller) return
  requireSignature(caller)
  if (accountOf(caller) === keyArn.split(':')[4]) return
  throw keyDenied('kms:Decrypt on the resource associated with this ciphertext', caller)
}

function accountOf(caller: Caller | undefined): string | undefined {
  return caller?.arn.split(':')[4]
}

function requireSignature({ isSigned }: Caller): void {
  if (isSigned) return
  throw invalidArgument(
    'Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.',
    'Authorization',
  )
}

function keyDenied(what: string, { arn }: Caller): ServiceError {
  return new ServiceError(
    'AccessDenied',
    `User: ${arn} is not authorized to perform: ${what} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
    { status: 403 },
  )
}

function keyIdOfAlias(alias: string): string {
  const hex = createHash('sha256').update(`headrace kms alias ${alias}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
