import { dateOf } from '../../base/clock.ts'
import { ServiceError } from '../../base/errors.ts'
import { KEY_BYTES_MAX } from './limits.ts'

// Codes, texts and further members: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
// and recorded answers of the service.

type Fields = Readonly<Record<string, unknown>>

export function invalidArgument(message: string, name?: string, value?: string): ServiceError {
  const fields = name === undefined ? {} : { ArgumentName: name, ArgumentValue: value ?? 'null' }
  return new ServiceError('InvalidArgument', message, { fields })
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequest', message)
}

export function malformedXml(): ServiceError {
  return new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  )
}

export function notFound(code: string, message: string, fields: Fields = {}): ServiceError {
  return new ServiceError(code, message, { status: 404, fields })
}

export function noSuchBucket(bucket: string): ServiceError {
  return notFound('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket })
}

export function noSuchBucketPolicy(bucket: string): ServiceError {
  return notFound('NoSuchBucketPolicy', 'The bucket policy does not exist', { BucketName: bucket })
}

export function noSuchKey(key: string): ServiceError {
  return notFound('NoSuchKey', 'The specified key does not exist.', { Key: key })
}

/** The key's newest version is a delete marker. */
export function noSuchKeyAnyMore(key: string, versionId: string): ServiceError {
  return new ServiceError('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    fields: { Key: key },
    headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId },
  })
}

export function noSuchVersion(key: string, versionId: string): ServiceError {
  return notFound('NoSuchVersion', 'The specified version does not exist.', {
    Key: key,
    VersionId: versionId,
  })
}

export function tooManyConfigurations(): ServiceError {
  return new ServiceError(
    'TooManyConfigurations',
    'You are attempting to create a new configuration but have already reached the 1,000-configuration limit.',
  )
}

export function noSuchConfiguration(): ServiceError {
  return notFound('NoSuchConfiguration', 'The specified configuration does not exist.')
}

export function noSuchWebsite(bucket: string): ServiceError {
  return notFound(
    'NoSuchWebsiteConfiguration',
    'The specified bucket does not have a website configuration',
    { BucketName: bucket },
  )
}

export function noSuchLock(): ServiceError {
  return notFound(
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
  )
}

export function invalidVersionId(versionId: string): ServiceError {
  return invalidArgument('Invalid version id specified', 'versionId', versionId)
}

/** A delete marker can be removed, and nothing else. */
export function deleteMarkerNotAllowed(
  method: string,
  { versionId, modifiedMs }: { readonly versionId: string; readonly modifiedMs: number },
): ServiceError {
  return new ServiceError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    {
      status: 405,
      fields: { Method: method, ResourceType: 'DeleteMarker' },
      headers: {
        'x-amz-delete-marker': 'true',
        'x-amz-version-id': versionId,
        'last-modified': dateOf(modifiedMs).toUTCString(),
        allow: 'DELETE',
      },
    },
  )
}

export function noSuchUpload(uploadId: string): ServiceError {
  return notFound(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId },
  )
}

export function accessDenied(): ServiceError {
  return new ServiceError('AccessDenied', 'Access Denied', { status: 403 })
}

export function preconditionFailed(condition: string): ServiceError {
  return new ServiceError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { status: 412, fields: { Condition: condition } },
  )
}

export function notModified(): ServiceError {
  return new ServiceError('NotModified', 'Not Modified', { status: 304 })
}

export function badDigest(algorithm: string): ServiceError {
  return new ServiceError(
    'BadDigest',
    `The ${algorithm} you specified did not match the calculated checksum.`,
  )
}

export function entityTooLarge(sizeBytes: number, maxBytes: number): ServiceError {
  return new ServiceError(
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed size',
    { fields: { ProposedSize: sizeBytes, MaxSizeAllowed: maxBytes } },
  )
}

export function keyTooLong(sizeBytes: number): ServiceError {
  return new ServiceError('KeyTooLongError', 'Your key is too long', {
    fields: { Size: sizeBytes, MaxSizeAllowed: KEY_BYTES_MAX },
  })
}

/** Something that was begun at the same time stands against it; the caller may try again. */
export function operationAborted(): ServiceError {
  return new ServiceError(
    'OperationAborted',
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    { status: 409 },
  )
}

/** Refusal by name of what this build does not do. */
export function notSupported(what: string): ServiceError {
  return new ServiceError(
    'NotImplemented',
    `${what} is not supported by Headrace yet. Nothing was done.`,
    { status: 501 },
  )
}
