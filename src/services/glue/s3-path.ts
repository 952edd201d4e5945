import { invalidInput } from './catalog-errors.ts'

export interface S3Path {
  readonly bucket: string
  /** Key or prefix, without a leading `/`; empty for the whole bucket. */
  readonly key: string
}

/** Reads `s3://bucket/key` (also `s3a:` and `s3n:`); throws `InvalidInputException` for another. */
export function parseS3Path(path: string): S3Path {
  const [, bucket, key = ''] = /^s3[an]?:\/\/([^/]+)(?:\/(.*))?$/s.exec(path) ?? []
  if (!bucket) throw invalidInput(`Invalid S3 path: ${path}`)
  return { bucket, key }
}
