import type { Readable } from 'node:stream'
import type { Scope } from '../../../base/scope.ts'

/**
 * The object store as the other services use it. Same bucket rules, versions and notifications as
 * through the API: Firehose, DMS, Athena, Glue and SageMaker all come through here.
 * `NoSuchBucket`, `NoSuchKey` and the other S3 codes are thrown as `ServiceError`.
 */
export interface ObjectAccess {
  /** Durable and visible when resolved. */
  put(scope: Scope, request: PutObjectRequest): Promise<ObjectSummary>
  get(
    scope: Scope,
    bucket: string,
    key: string,
  ): Promise<{
    readonly summary: ObjectSummary
    readonly body: Readable | Uint8Array
  }>
  head(scope: Scope, bucket: string, key: string): Promise<ObjectSummary | undefined>
  remove(scope: Scope, bucket: string, key: string): Promise<void>
  /** Every object under the prefix in byte order of the key, page by page. */
  list(scope: Scope, bucket: string, prefix: string): AsyncIterable<ObjectSummary>
  /** One level: common prefixes and objects directly under `prefix` (delimiter `/`). */
  listLevel(
    scope: Scope,
    bucket: string,
    prefix: string,
  ): Promise<{
    readonly prefixes: ReadonlyArray<string>
    readonly objects: ReadonlyArray<ObjectSummary>
  }>
  /** A local path with the object's bytes, for the query engine and jobs; call `release` after. */
  localFile(
    scope: Scope,
    bucket: string,
    key: string,
  ): Promise<{
    readonly path: string
    release(): void
  }>
  bucketExists(scope: Scope, bucket: string): Promise<boolean>
}

export interface PutObjectRequest {
  readonly bucket: string
  readonly key: string
  /** A path of a finished local file is moved or linked where the store can, else copied. */
  readonly body: Readable | Uint8Array | { readonly path: string }
  readonly contentType?: string
  readonly contentEncoding?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** One of those that PutObject takes; STANDARD when absent. */
  readonly storageClass?: string
}

export interface ObjectSummary {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** With its quotes, as S3 writes it. */
  readonly etag: string
  readonly storageClass: string
}
