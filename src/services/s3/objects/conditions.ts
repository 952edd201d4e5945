import { ServiceError } from '../../../base/errors.ts'
import { noSuchKey, notModified, preconditionFailed } from '../s3-errors.ts'

/** The object as conditions see it. */
export interface Subject {
  /** Without quotes. */
  readonly etag: string
  readonly modifiedMs: number
}

export interface ReadConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSinceMs?: number | undefined
  readonly ifUnmodifiedSinceMs?: number | undefined
}

/** In the order of RFC 9110, 13.2.2, which S3 follows: a matching ETag outweighs the dates. */
export function requireReadable(subject: Subject, conditions: ReadConditions): void {
  const failed = firstFailed(subject, conditions)
  if (failed === 'If-None-Match' || failed === 'If-Modified-Since') throw notModified()
  if (failed) throw preconditionFailed(failed)
}

// AWS: a copy whose source does not meet a condition answers 412 for all four of them.
export function requireCopyable(subject: Subject, conditions: ReadConditions): void {
  const failed = firstFailed(subject, conditions)
  if (failed) throw preconditionFailed(`x-amz-copy-source-${failed}`)
}

function firstFailed(subject: Subject, conditions: ReadConditions): string | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSinceMs, ifUnmodifiedSinceMs } = conditions
  const second = Math.floor(subject.modifiedMs / 1000)
  if (ifMatch !== undefined) {
    if (!matches(subject.etag, ifMatch)) return 'If-Match'
  } else if (ifUnmodifiedSinceMs !== undefined && second > Math.floor(ifUnmodifiedSinceMs / 1000)) {
    return 'If-Unmodified-Since'
  }
  if (ifNoneMatch !== undefined)
    return matches(subject.etag, ifNoneMatch) ? 'If-None-Match' : undefined
  if (ifModifiedSinceMs !== undefined && second <= Math.floor(ifModifiedSinceMs / 1000)) {
    return 'If-Modified-Since'
  }
  return undefined
}

export interface WriteConditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function requireWritable(
  key: string,
  current: { readonly etag: string } | undefined,
  { ifMatch, ifNoneMatch }: WriteConditions,
): void {
  if (ifNoneMatch !== undefined && current) throw preconditionFailed('If-None-Match')
  if (ifMatch === undefined) return
  if (!current) throw noSuchKey(key)
  if (!matches(current.etag, ifMatch)) throw preconditionFailed('If-Match')
}

export interface RemoveConditions {
  readonly ifMatch?: string | undefined
  readonly ifModifiedMs?: number | undefined
  readonly ifSizeBytes?: number | undefined
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html */
export function requireRemovable(
  key: string,
  current: (Subject & { readonly sizeBytes: number }) | undefined,
  { ifMatch, ifModifiedMs, ifSizeBytes }: RemoveConditions,
): void {
  requireWritable(key, current, { ifMatch })
  if (ifModifiedMs === undefined && ifSizeBytes === undefined) return
  if (!current) throw noSuchKey(key)
  if (ifSizeBytes !== undefined && current.sizeBytes !== ifSizeBytes) {
    throw preconditionFailed('x-amz-if-match-size')
  }
  const second = (ms: number) => Math.floor(ms / 1000)
  if (ifModifiedMs !== undefined && second(ifModifiedMs) !== second(current.modifiedMs)) {
    throw preconditionFailed('x-amz-if-match-last-modified-time')
  }
}

/** What S3 takes only in one form is refused before anything is read. */
export function checkWriteConditions({ ifMatch, ifNoneMatch }: WriteConditions): void {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw headerNotImplemented(
      'If-None-Match',
      "We don't accept the provided value of If-None-Match header for this API",
    )
  }
  if (ifMatch === '*') {
    throw headerNotImplemented(
      'If-Match',
      "We don't accept the provided value of If-Match header for this API",
    )
  }
}

function headerNotImplemented(header: string, additionalMessage: string): ServiceError {
  return new ServiceError(
    'NotImplemented',
    'A header you provided implies functionality that is not implemented',
    { status: 501, fields: { Header: header, additionalMessage } },
  )
}

function matches(etag: string, given: string): boolean {
  return given.split(',').some((item) => {
    const bare = item.trim().replace(/^W\//, '').replace(/^"|"$/g, '')
    return bare === '*' || bare === etag
  })
}
