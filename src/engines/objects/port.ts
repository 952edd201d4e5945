import type { Readable } from 'node:stream'

/**
 * Bytes under a key, in buckets, listed in byte order of the key. What S3 adds (versions, parts,
 * tags, notifications) belongs to the S3 service.
 *
 * Promise: `put` resolves once the whole object is durable; readers see the old object or the new
 * one, never a half. A reader that has begun keeps its object even when it is replaced or removed.
 */
export interface ObjectStore {
  readonly capabilities: ObjectCapabilities
  /** Publishes the object. Rejects with `conflict` when `onlyIf` does not hold at publication. */
  put(id: ObjectId, body: Readable | Uint8Array, options: PutOptions): Promise<StoredObject>
  /**
   * Publishes the bytes of `parts`, one behind the other, as one object and removes the parts. The
   * same promise as `put`; a crash leaves either all parts or the whole object.
   */
  compose(id: ObjectId, parts: ReadonlyArray<ObjectId>, options: PutOptions): Promise<StoredObject>
  head(id: ObjectId): Promise<StoredObject | undefined>
  /** Undefined when there is none. `range` is inclusive and lies within the object. */
  get(id: ObjectId, range?: ByteRange): Promise<OpenedObject | undefined>
  /** Replaces the attributes only. Rejects with `conflict` like `put`, `not-found` when absent. */
  setAttributes(
    id: ObjectId,
    attributes: ObjectAttributes,
    onlyIf?: Condition,
  ): Promise<StoredObject>
  /** False when it was not there. Rejects with `conflict` when `onlyIf` does not hold. */
  remove(id: ObjectId, onlyIf?: Condition): Promise<boolean>
  /** In byte order of the key; costs what the page costs, not what the bucket holds. */
  list(request: ListRequest): Promise<ListPage>
  /** A path of a file with exactly the object's bytes, good until `release` is called. */
  localPath(id: ObjectId): Promise<LocalFile | undefined>
  close(): Promise<void>
}

export interface ObjectCapabilities {
  /** `localPath` costs nothing (no copy into a cache). */
  readonly localFiles: boolean
}

export interface ObjectId {
  readonly bucket: string
  readonly key: string
}

/** JSON of the caller: kept with the object, changed with it, listed with it. */
export type ObjectAttributes = Readonly<Record<string, unknown>>

/** Holds against the object that is there at the moment of publication. */
export type Condition = { readonly absent: true } | { readonly revision: string }

export interface PutOptions {
  /** Called once, when all bytes are known: the attributes to publish (digests are known by then). */
  readonly attributes: (written: { readonly sizeBytes: number }) => ObjectAttributes
  readonly onlyIf?: Condition
  readonly signal?: AbortSignal
}

export interface StoredObject {
  readonly key: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** Changes with every publication of the key. */
  readonly revision: string
  readonly attributes: ObjectAttributes
}

export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface OpenedObject {
  readonly object: StoredObject
  /** A small object comes as bytes; a large one as a stream. */
  readonly body: Readable | Uint8Array
}

export interface ListRequest {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter?: string
  /** Keys and common prefixes at or below this one are left out. */
  readonly after?: string
  readonly limit: number
}

export interface ListPage {
  /** Objects and common prefixes together, in order, at most `limit`. */
  readonly entries: ReadonlyArray<
    { readonly object: StoredObject } | { readonly commonPrefix: string }
  >
  readonly truncated: boolean
}

export interface LocalFile {
  readonly path: string
  release(): void
}
