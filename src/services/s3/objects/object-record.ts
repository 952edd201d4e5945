import { createHash } from 'node:crypto'
import type { ChecksumAlgorithm } from '../../../engines/checksum/checksum.ts'
import type { ObjectAttributes, StoredObject } from '../../../engines/objects/port.ts'
import type { Grant } from '../access/acl.ts'
import type { ObjectEncryption } from '../encryption/object-encryption.ts'
import type { ReplicationState } from '../replication/replication-rules.ts'

/** What S3 keeps of an object beside its bytes: the attributes of the object store. */
export interface ObjectRecord {
  /** Without quotes. */
  readonly etag: string
  /** Eighteen hexadecimal digits; of two writes of one key, the later one has the greater. */
  readonly sequencer: string
  /** Absent: the version is the one named `null`. */
  readonly versionId?: string
  /** The version stands for a removal and has no bytes. */
  readonly isDeleteMarker?: true
  readonly retention?: Retention
  /** Absent: nobody has spoken of one. */
  readonly legalHold?: boolean
  /** Canonical id; absent: the owner of the bucket. */
  readonly ownerId?: string
  /** Absent: the owner has full control, and nobody else anything. */
  readonly grants?: ReadonlyArray<Grant>
  readonly checksum?: ObjectChecksum
  /** Absent: the bytes lie as they are. */
  readonly encryption?: ObjectEncryption
  readonly headers?: ContentHeaders
  readonly metadata?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
  /** Absent: STANDARD. */
  readonly storageClass?: string
  /** Of an archived object whose bytes were asked for. */
  readonly restoration?: Restoration
  /** Absent: neither copied to other buckets nor such a copy. */
  readonly replication?: ReplicationState
  /** Of an object that was uploaded in parts. */
  readonly parts?: PartSizes
  readonly uploadId?: string
}

export type RetentionMode = 'GOVERNANCE' | 'COMPLIANCE'

/** Until when a version cannot be removed, and whether anybody may do so all the same. */
export interface Retention {
  readonly mode: RetentionMode
  readonly untilMs: number
}

/** The way of an archived object back, for a time; what it is follows from the clock alone. */
export interface Restoration {
  readonly tier: 'Expedited' | 'Standard' | 'Bulk'
  readonly readyMs: number
  readonly expiresMs: number
}

export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** base64; of a composite one with `-<count of parts>`. */
  readonly value: string
  readonly type: 'FULL_OBJECT' | 'COMPOSITE'
}

/** Headers that come back as they were given. */
export interface ContentHeaders {
  readonly contentType?: string
  readonly cacheControl?: string
  readonly contentDisposition?: string
  readonly contentEncoding?: string
  readonly contentLanguage?: string
  readonly expiresMs?: number
  readonly websiteRedirectLocation?: string
}

export interface PartSizes {
  /** Runs of parts of one size, in order: nearly all uploads are two of them. */
  readonly runs: ReadonlyArray<readonly [count: number, sizeBytes: number]>
  /** base64 of the digests of all parts, one behind the other. */
  readonly checksums?: string
}

export function recordOf(object: Pick<StoredObject, 'attributes'>): ObjectRecord {
  return object.attributes as unknown as ObjectRecord
}

export function attributesOf(record: object): ObjectAttributes {
  return record as ObjectAttributes
}

export function quoted(etag: string): string {
  return `"${etag}"`
}

/** The 64 digits by which ACLs and listings name an account, opaque as AWS's. */
export function canonicalIdOf(accountId: string): string {
  return createHash('sha256').update(`headrace canonical user ${accountId}`).digest('hex')
}

export function partCountOf({ runs }: PartSizes): number {
  return runs.reduce((sum, [count]) => sum + count, 0)
}

export function runsOf(sizes: ReadonlyArray<number>): PartSizes['runs'] {
  const runs: Array<[number, number]> = []
  for (const size of sizes) {
    const last = runs.at(-1)
    if (last?.[1] === size) last[0]++
    else runs.push([1, size])
  }
  return runs
}

/** Where a part lies in the object; undefined when there is no such part. Parts count from 1. */
export function partSpan(
  { runs }: PartSizes,
  partNumber: number,
): { readonly offset: number; readonly sizeBytes: number } | undefined {
  let offset = 0
  let before = 0
  for (const [count, sizeBytes] of runs) {
    if (partNumber <= before + count) {
      return { offset: offset + (partNumber - before - 1) * sizeBytes, sizeBytes }
    }
    before += count
    offset += count * sizeBytes
  }
  return undefined
}
