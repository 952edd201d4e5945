import type { Grant, ObjectOwnership } from './acl.ts'

/** The four flags of a bucket's public access block. */
export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean
  readonly ignorePublicAcls: boolean
  readonly blockPublicPolicy: boolean
  readonly restrictPublicBuckets: boolean
}

/** AWS: buckets are made with all four since April 2023. */
const blocked: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
}

/** What a bucket's owner has said of who may use it. Without any of it, only his account may. */
export interface BucketAccess {
  /** The text as it was given. */
  readonly policy?: string
  /** Absent: as at creation; `none`: taken off. */
  readonly publicAccessBlock?: PublicAccessBlock | 'none'
  /** Absent: as at creation, "bucket owner enforced"; `none`: taken off. */
  readonly ownership?: ObjectOwnership | 'none'
  /** The bucket's ACL; absent: its owner has full control, and nobody else anything. */
  readonly grants?: ReadonlyArray<Grant>
  readonly corsRules?: ReadonlyArray<CorsRule>
}

export interface CorsRule {
  readonly id?: string
  readonly allowedOrigins: ReadonlyArray<string>
  readonly allowedMethods: ReadonlyArray<string>
  readonly allowedHeaders: ReadonlyArray<string>
  readonly exposeHeaders: ReadonlyArray<string>
  readonly maxAgeSeconds?: number
}

/** The block of a bucket; undefined when it was taken off. */
export function publicAccessBlockOf(
  access: BucketAccess | undefined,
): PublicAccessBlock | undefined {
  const block = access?.publicAccessBlock ?? blocked
  return block === 'none' ? undefined : block
}
