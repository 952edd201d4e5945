/**
 * How an object's bytes are enciphered, as its record keeps it. Every object has a data key of its
 * own, which lies here enciphered with a key that does not: the server's, one of KMS, or the caller's.
 */
export type ObjectEncryption = ServerEncryption | KmsEncryption | CustomerEncryption

/** SSE-S3. */
export interface ServerEncryption {
  readonly kind: 'AES256'
  readonly wrappedKey: string
}

/** SSE-KMS. */
export interface KmsEncryption {
  readonly kind: 'aws:kms'
  readonly wrappedKey: string
  readonly keyArn: string
  /** What the caller said: who reads has to be told nothing, but it is part of the cipher. */
  readonly context?: EncryptionContext
  /** The data key is enciphered with a key of the bucket, which is made of the one of KMS. */
  readonly bucketKey?: true
}

/** SSE-C: only who has the key can read. */
export interface CustomerEncryption {
  readonly kind: 'customer'
  readonly wrappedKey: string
}

export type EncryptionContext = Readonly<Record<string, string>>

/** A key that came with a request, and goes with it. */
export interface CustomerKey {
  readonly key: Buffer
  /** base64 of its MD5, as it is answered. */
  readonly md5: string
}

/** Who asks. Absent where a service of this house reads or writes for the owner of the bucket. */
export interface Caller {
  readonly arn: string
  /** Whether he signed, and by Signature Version 4, without which KMS does nothing. */
  readonly isSigned: boolean
}

/** How a caller wants an object to be enciphered; what he leaves out, the bucket says. */
export interface EncryptionWish {
  readonly algorithm?: 'AES256' | 'aws:kms' | undefined
  readonly keyId?: string | undefined
  readonly context?: EncryptionContext | undefined
  readonly bucketKey?: boolean | undefined
  readonly customerKey?: CustomerKey | undefined
  readonly caller?: Caller | undefined
}

/** What a caller has to read with. */
export interface Reader {
  readonly customerKey?: CustomerKey | undefined
  readonly caller?: Caller | undefined
}

/** What PutBucketEncryption says. */
export interface BucketEncryption {
  readonly algorithm?: 'AES256' | 'aws:kms'
  readonly keyId?: string
  readonly bucketKey?: boolean
  /** `SSE-C`: no new object may be enciphered with a key of the caller. */
  readonly blocked?: ReadonlyArray<'NONE' | 'SSE-C'>
}

/** AWS: the ETag of an object is the MD5 of its bytes, but not with a key of KMS or of the caller. */
export function hasPlainEtag(encryption: ObjectEncryption | undefined): boolean {
  return encryption === undefined || encryption.kind === 'AES256'
}
