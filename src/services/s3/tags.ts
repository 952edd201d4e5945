import { ServiceError } from '../../base/errors.ts'
import { TAG_KEY_MAX, TAG_VALUE_MAX } from './limits.ts'
import { invalidArgument } from './s3-errors.ts'

export type Tags = Readonly<Record<string, string>>

const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Checked as S3 checks them: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Tag.html */
export function tagsFromPairs(
  pairs: ReadonlyArray<readonly [key: string, value: string]>,
  limit: number,
): Tags {
  const tags = new Map<string, string>()
  for (const [key, value] of pairs) {
    if (key.startsWith('aws:')) {
      throw invalidTag('System tags cannot be added/updated by requester', { TagKey: key })
    }
    if (key === '' || key.length > TAG_KEY_MAX || !allowed.test(key)) {
      throw invalidTag('The TagKey you have provided is invalid', { TagKey: key })
    }
    if (value.length > TAG_VALUE_MAX || !allowed.test(value)) {
      throw invalidTag('The TagValue you have provided is invalid', {
        TagKey: key,
        TagValue: value,
      })
    }
    if (tags.has(key)) {
      throw invalidTag('Cannot provide multiple Tags with the same key', { TagKey: key })
    }
    tags.set(key, value)
  }
  if (tags.size > limit) {
    const what = limit === 10 ? 'Object' : 'Bucket'
    throw new ServiceError('BadRequest', `${what} tags cannot be greater than ${limit}`)
  }
  return Object.fromEntries(tags)
}

/** The header `x-amz-tagging`: tags as a query string. */
export function tagsFromHeader(header: string, limit: number): Tags {
  const pairs = [...new URLSearchParams(header)]
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      header,
    )
  }
  return tagsFromPairs(pairs, limit)
}

function invalidTag(message: string, fields: Readonly<Record<string, string>>): ServiceError {
  return new ServiceError('InvalidTag', message, { fields })
}
