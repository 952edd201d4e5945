import type { Input } from '../../../wire/contract.ts'
import type { Sdk } from '../contract.ts'
import { invalidArgument } from '../s3-errors.ts'
import type { ReadConditions } from './conditions.ts'

export interface NamedSource {
  readonly bucket: string
  readonly key: string
  readonly versionId: string | undefined
}

/** `x-amz-copy-source`: `bucket/key`, percent-encoded, with or without a slash before it. */
export function parseCopySource(header: string): NamedSource {
  const [path = '', query = ''] = header.split('?', 2)
  const versionId = new URLSearchParams(query).get('versionId') ?? undefined
  let text: string
  try {
    text = decodeURIComponent(path)
  } catch {
    throw invalidSource()
  }
  const match = /^\/?([^/]+)\/(.+)$/s.exec(text)
  const [, bucket, key] = match ?? []
  if (!bucket || !key || bucket.startsWith('arn:')) throw invalidSource()
  return { bucket, key, versionId }
}

type SourceMembers = Pick<
  Input<Sdk, 'CopyObject'>,
  | 'CopySourceIfMatch'
  | 'CopySourceIfNoneMatch'
  | 'CopySourceIfModifiedSince'
  | 'CopySourceIfUnmodifiedSince'
>

export function sourceConditions(input: SourceMembers): ReadConditions {
  return {
    ifMatch: input.CopySourceIfMatch,
    ifNoneMatch: input.CopySourceIfNoneMatch,
    ifModifiedSinceMs: input.CopySourceIfModifiedSince?.getTime(),
    ifUnmodifiedSinceMs: input.CopySourceIfUnmodifiedSince?.getTime(),
  }
}

function invalidSource() {
  return invalidArgument('Invalid copy source object key', 'x-amz-copy-source', 'x-amz-copy-source')
}
