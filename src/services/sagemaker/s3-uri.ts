import { ServiceError } from '../../base/errors.ts'

/** Bucket and key (or prefix) of `s3://bucket/key`; throws `ValidationException` for other text. */
export function splitUri(uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? []
  if (!bucket || key === undefined) {
    throw new ServiceError('ValidationException', `'${uri}' is not an S3 URI (s3://bucket/prefix).`)
  }
  return { bucket, key }
}
