import { createHash } from 'node:crypto'
import { ServiceError } from '../../../base/errors.ts'
import type { Input } from '../../../wire/contract.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { Sdk } from '../contract.ts'
import { invalidArgument, notSupported } from '../s3-errors.ts'
import { KEY_BYTES } from './key-wrapping.ts'
import type {
  Caller,
  CustomerKey,
  EncryptionContext,
  EncryptionWish,
  ObjectEncryption,
  Reader,
} from './object-encryption.ts'

type CustomerMembers = Pick<
  Partial<Input<Sdk, 'PutObject'>>,
  'SSECustomerAlgorithm' | 'SSECustomerKey' | 'SSECustomerKeyMD5'
>
type WishMembers = CustomerMembers &
  Pick<
    Partial<Input<Sdk, 'PutObject'>>,
    'BucketKeyEnabled' | 'ServerSideEncryption' | 'SSEKMSEncryptionContext' | 'SSEKMSKeyId'
  >
type SourceMembers = Pick<
  Partial<Input<Sdk, 'CopyObject'>>,
  'CopySourceSSECustomerAlgorithm' | 'CopySourceSSECustomerKey' | 'CopySourceSSECustomerKeyMD5'
>

const HEADER = 'x-amz-server-side-encryption'
const NEEDS_KMS =
  'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms'

/** How a request that writes an object wants it to be enciphered. */
export function wishOf(input: WishMembers, context: RequestContext): EncryptionWish {
  const { ServerSideEncryption: algorithm, SSEKMSKeyId: keyId } = input
  const customerKey = customerKeyOf(input)
  if (customerKey && algorithm !== undefined) throw incompatible(algorithm)
  requireLength(customerKey)
  const isKms = algorithm === 'aws:kms'
  if (!isKms && (keyId !== undefined || input.SSEKMSEncryptionContext !== undefined)) {
    if (algorithm !== 'aws:kms:dsse') throw invalidArgument(NEEDS_KMS, HEADER, algorithm)
  }
  return {
    algorithm: algorithm === undefined ? undefined : algorithmOf(algorithm),
    keyId,
    context: contextOf(input.SSEKMSEncryptionContext),
    bucketKey: input.BucketKeyEnabled,
    customerKey,
    caller: callerOf(context),
  }
}

/** What a request has to read an object with, or to add parts to an upload. */
export function readerOf(input: CustomerMembers, context: RequestContext): Reader {
  const method = context.headers[HEADER]
  // AWS: how an object is enciphered is said once, when it is written or its upload begins.
  if (method !== undefined) {
    throw invalidArgument(`${HEADER} header is not supported for this operation.`, HEADER, method)
  }
  return { customerKey: customerKeyOf(input), caller: callerOf(context) }
}

/** What a copy has to read its source with. */
export function sourceReaderOf(input: SourceMembers, context: RequestContext): Reader {
  const members = {
    SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
    SSECustomerKey: input.CopySourceSSECustomerKey,
    SSECustomerKeyMD5: input.CopySourceSSECustomerKeyMD5,
  }
  return { customerKey: customerKeyOf(members), caller: callerOf(context) }
}

export function callerOf({ callerArn, proof }: RequestContext): Caller {
  return { arn: callerArn, isSigned: proof?.version === 'AWS4-HMAC-SHA256' }
}

// AWS: refuses in this order, and always by the name of this header.
function customerKeyOf(input: CustomerMembers): CustomerKey | undefined {
  const { SSECustomerAlgorithm: algorithm, SSECustomerKey: text, SSECustomerKeyMD5: md5 } = input
  if (algorithm === undefined && text === undefined && md5 === undefined) return undefined
  if (!algorithm) throw mustProvide('a valid encryption algorithm')
  if (algorithm !== 'AES256') {
    throw new ServiceError(
      'InvalidEncryptionAlgorithmError',
      'The Encryption request you specified is not valid. Supported value: AES256.',
      { fields: { ArgumentName: HEADER, ArgumentValue: algorithm } },
    )
  }
  if (!text) throw mustProvide('an appropriate secret key')
  if (!md5) throw mustProvide('the client calculated MD5 of the secret key')
  const key = Buffer.from(text, 'base64')
  if (createHash('md5').update(key).digest('base64') !== md5) {
    throw invalidArgument(
      'The calculated MD5 hash of the key did not match the hash that was provided.',
      HEADER,
    )
  }
  return { key, md5 }
}

/** AWS: on a read, a key of another length is just a wrong one. */
function requireLength(customerKey: CustomerKey | undefined): void {
  if (!customerKey || customerKey.key.length === KEY_BYTES) return
  throw invalidArgument('The secret key was invalid for the specified algorithm.', HEADER)
}

function algorithmOf(algorithm: string): 'AES256' | 'aws:kms' {
  if (algorithm === 'AES256' || algorithm === 'aws:kms') return algorithm
  if (algorithm === 'aws:kms:dsse') throw notSupported(`Encryption ${algorithm}`)
  throw invalidArgument('The encryption method specified is not supported', HEADER, algorithm)
}

/** base64 of JSON: texts by name. */
function contextOf(header: string | undefined): EncryptionContext | undefined {
  if (header === undefined) return undefined
  try {
    const context: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'))
    if (isTextMap(context)) return context
  } catch {
    // Refused in the same words.
  }
  throw invalidArgument(
    `The header '${HEADER}-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map`,
    `${HEADER}-context`,
    header,
  )
}

function isTextMap(value: unknown): value is EncryptionContext {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((one) => typeof one === 'string')
}

function mustProvide(what: string): ServiceError {
  return invalidArgument(
    `Requests specifying Server Side Encryption with Customer provided keys must provide ${what}.`,
    HEADER,
  )
}

function incompatible(algorithm: string): ServiceError {
  return invalidArgument(
    'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
    HEADER,
    algorithm,
  )
}

/** What every answer about an object says of its encryption; of a plain one, nothing. */
export function encryptionMembers(
  encryption: ObjectEncryption | undefined,
  { customerKey }: Reader = {},
) {
  if (!encryption) return {}
  if (encryption.kind === 'customer') {
    return customerKey ? { SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: customerKey.md5 } : {}
  }
  if (encryption.kind === 'AES256') return { ServerSideEncryption: encryption.kind }
  return {
    ServerSideEncryption: encryption.kind,
    SSEKMSKeyId: encryption.keyArn,
    ...(encryption.bucketKey && { BucketKeyEnabled: true }),
  }
}

/** AWS: the context is answered to who says it, and never again. */
export function newEncryptionMembers(
  encryption: ObjectEncryption | undefined,
  wish: EncryptionWish,
) {
  const context = encryption?.kind === 'aws:kms' ? encryption.context : undefined
  return {
    ...encryptionMembers(encryption, wish),
    ...(context && {
      SSEKMSEncryptionContext: Buffer.from(JSON.stringify(context)).toString('base64'),
    }),
  }
}
