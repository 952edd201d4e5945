import { dateOf } from '../../../base/clock.ts'
import type { ListPage, StoredObject } from '../../../engines/objects/port.ts'
import type { Output } from '../../../wire/contract.ts'
import { ownerIdOf } from '../access/acl.ts'
import type { Bucket } from '../buckets/bucket.ts'
import type { Sdk } from '../contract.ts'
import { LIST_MAX } from '../limits.ts'
import { invalidArgument } from '../s3-errors.ts'
import { encodeUrlForm } from '../url-form.ts'
import { quoted, recordOf } from './object-record.ts'

type ObjectEntry = NonNullable<Output<Sdk, 'ListObjectsV2'>['Contents']>[number]

/** Keys, prefixes and markers of an answer, in the encoding that the request asked for. */
export function encoderOf(encodingType: string | undefined): (text: string) => string {
  return encodingType === 'url' ? encodeUrlForm : (text) => text
}

/** AWS: more than a thousand are a thousand. */
export function limitOf(given: number | undefined, name: string): number {
  if (given === undefined) return LIST_MAX
  if (given < 0) {
    throw invalidArgument(
      `Argument ${name} must be an integer between 0 and 2147483647`,
      name,
      String(given),
    )
  }
  return Math.min(given, LIST_MAX)
}

/** The objects and common prefixes of a page, apart from each other as S3 writes them. */
export function pageMembers(
  page: ListPage,
  encode: (text: string) => string,
  owner: Bucket | undefined,
) {
  const contents: ObjectEntry[] = []
  const commonPrefixes: { Prefix: string }[] = []
  for (const entry of page.entries) {
    if ('object' in entry) contents.push(objectEntry(entry.object, encode, owner))
    else commonPrefixes.push({ Prefix: encode(entry.commonPrefix) })
  }
  return {
    IsTruncated: page.truncated,
    ...(contents.length > 0 && { Contents: contents }),
    ...(commonPrefixes.length > 0 && { CommonPrefixes: commonPrefixes }),
  }
}

/** The key or common prefix that the next page goes on behind. */
export function lastNameOf({ entries }: ListPage): string {
  const last = entries.at(-1)
  if (!last) return ''
  return 'object' in last ? last.object.key : last.commonPrefix
}

function objectEntry(
  object: StoredObject,
  encode: (text: string) => string,
  owner: Bucket | undefined,
): ObjectEntry {
  const { etag, checksum, storageClass = 'STANDARD' } = recordOf(object)
  return {
    Key: encode(object.key),
    LastModified: dateOf(object.modifiedMs),
    ETag: quoted(etag),
    ...(checksum && { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksum.type }),
    Size: object.sizeBytes,
    StorageClass: storageClass as NonNullable<ObjectEntry['StorageClass']>,
    ...(owner && { Owner: { ID: ownerIdOf(owner, recordOf(object)) } }),
  }
}

/** Opaque to clients: where the next page begins. */
export function writeToken(name: string): string {
  return Buffer.from(`1${name}`).toString('base64')
}

export function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8')
  if (text.startsWith('1') && Buffer.from(text).toString('base64') === token) return text.slice(1)
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token')
}
