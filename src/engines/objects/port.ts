import type { Readable } from 'node:stream'

/**
 * Bytes under a key, in buckets, listed in byte order of the key. What S3 adds (versions, parts,
 * tags, notifications) belongs to the S3 service.
 *
 * Promise: `put` resolves once the whole object is durable; readers see the old object or the new
 * one, never a half. A reader that has begun keeps its object even when it is replaced or removed.
 * A full medium rejects with `EngineError('full')`; reads and removals go on. Every byte that is read
 * was checked: damage rejects with `EngineError('corrupt')`, or destroys the stream with it.
 *
 * What is put with a key lies enciphered on the medium. The key is not kept; to read such an object
 * without one is a mistake of the caller, with a wrong one gives noise.
 */
export interface ObjectStore {
  readonly capabilities: ObjectCapabilities
  /** Publishes the object. What `options.publish` or the body throws, `put` rejects with. */
  put(id: ObjectId, body: ObjectBody, options: PutOptions): Promise<StoredObject>
  /**
   * Publishes the bytes of `parts`, one behind the other, as one object and removes the parts. The
   * same promise as `put`; a crash leaves either all parts or the whole object. Costs what the parts
   * count, not what they hold. Rejects with `not-found` when a part is absent, with `conflict` when
   * one is not of the given revision.
   */
  compose(
    id: ObjectId,
    parts: ReadonlyArray<PartId>,
    options: ComposeOptions,
  ): Promise<StoredObject>
  head(id: ObjectId): Promise<StoredObject | undefined>
  /**
   * Undefined when there is none. `select` sees the object before anything of it is read: it may
   * answer a range (inclusive, within the object), the key, or both, or throw to refuse.
   */
  get(id: ObjectId, select?: Select): Promise<OpenedObject | undefined>
  /** Replaces the attributes only. Rejects with `not-found` when there is no object. */
  setAttributes(id: ObjectId, change: Change, beside?: Beside): Promise<StoredObject>
  /** False when it was not there; then nothing is done beside. `allow` may throw to refuse. */
  remove(id: ObjectId, allow?: Allow, beside?: Beside): Promise<boolean>
  /**
   * Changes several objects in one commit, without writing bytes: all of it, or nothing. `decide`
   * looks at what is there and says what is to be, or throws to refuse; it is called again when
   * something is no longer as it was seen.
   */
  rearrange(decide: () => Promise<Rearrangement>): Promise<void>
  /** In byte order of the key; costs what the page costs, not what the bucket holds. */
  list(request: ListRequest): Promise<ListPage>
  /**
   * A path of a file with exactly the object's bytes, good until `release` is called. It ends in the
   * key's file extensions. The file must not be written to. Of an enciphered object it is a plain
   * copy that only the user of this process may read, gone when all have released it. A plain object
   * that is one file is not read, and so not checked, here.
   */
  localPath(id: ObjectId, keyOf?: KeyOf): Promise<LocalFile | undefined>
  /** Reads all that the medium has of the object and checks it; needs no key. Undefined: not there. */
  verify(id: ObjectId): Promise<Verification | undefined>
  close(): Promise<void>
}

export interface ObjectCapabilities {
  /** `localPath` costs no copy of a large object (a composed one is copied once). */
  readonly localFiles: boolean
}

/** The bucket is any text without a zero byte; the key is UTF-8 of at most 1,200 bytes. */
export interface ObjectId {
  readonly bucket: string
  readonly key: string
}

/** An object as it was seen: whoever changes it by this changes nothing else. */
export interface SeenObject extends ObjectId {
  readonly revision: string
}

export type PartId = SeenObject

/**
 * A path names a finished local file: it is moved where the store can, else copied and removed. It
 * is the caller's again when `put` rejects before publication.
 */
export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array> | { readonly path: string }

/** JSON of the caller: kept with the object, changed with it, listed with it. */
export type ObjectAttributes = Readonly<Record<string, unknown>>

/**
 * Compare-and-set: called with what is there now, it answers the attributes to publish or throws to
 * refuse. Called again when another writer was faster, so that what it saw is what it replaces.
 */
export type Change = (current: StoredObject) => ObjectAttributes | Promise<ObjectAttributes>
/** May throw to refuse. */
export type Allow = (current: StoredObject) => void | Promise<void>
export type Publish = (
  current: StoredObject | undefined,
  written: Written,
) => ObjectAttributes | Promise<ObjectAttributes>

export interface Written {
  readonly sizeBytes: number
  /** The time that the object will carry. */
  readonly modifiedMs: number
}

export interface PutOptions {
  /** Called when all bytes are on the medium (digests are known by then). */
  readonly publish: Publish
  /** Sees every byte of the body, in order, before `publish` is called; may throw to refuse. */
  readonly observe?: (chunk: Uint8Array) => void
  readonly signal?: AbortSignal
  readonly beside?: Beside
  /** 32 bytes: what lies on the medium is enciphered with it (AES-256 in counter mode). */
  readonly key?: Uint8Array
}

export interface ComposeOptions {
  readonly publish: Publish
  readonly beside?: Beside
}

/** What changes in the same commit as an object. Sees what `publish` saw, after it. */
export type Beside = (current: StoredObject | undefined) => Rearrangement | Promise<Rearrangement>

export interface Rearrangement {
  /** What must be as it was seen though it stays: without a revision, nothing may be there. */
  readonly seen?: ReadonlyArray<ObjectId & { readonly revision: string | undefined }>
  /**
   * Bytes, attributes and times go over to another key, which must be free or be left by this very
   * rearrangement. The object that a publication replaces can be kept so.
   */
  readonly moves?: ReadonlyArray<{ readonly from: SeenObject; readonly to: ObjectId }>
  readonly removals?: ReadonlyArray<SeenObject>
  /** Objects without bytes, under keys that are free or become so. */
  readonly empties?: ReadonlyArray<EmptyObject>
  /**
   * Entries of the store of metadata that this one has its index in: what the caller keeps of the
   * change, such as an event that tells of it.
   */
  readonly puts?: ReadonlyArray<{ readonly key: Uint8Array; readonly value: Uint8Array }>
}

export interface EmptyObject extends ObjectId {
  readonly attributes: ObjectAttributes
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

/** What of an object is to be read, and with which key. */
export interface Selected {
  readonly range?: ByteRange | undefined
  readonly key?: Uint8Array | undefined
}

type Choice = ByteRange | Selected | undefined
export type Select = (object: StoredObject) => Choice | Promise<Choice>

/** The key of an object that is about to be read; undefined for a plain one. May throw to refuse. */
export type KeyOf = (
  object: StoredObject,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>

export interface Verification {
  /** Of the blocks that are not as they were written, or cannot be read; absent: it is whole. */
  readonly damagedBytes?: number
  /** Bytes that are older than sums: there, but not compared with anything. */
  readonly uncheckedBytes: number
}

export interface OpenedObject {
  readonly object: StoredObject
  /** A small object comes as bytes; a large one as a stream, to be read to its end or destroyed. */
  readonly body: Readable | Uint8Array
}

export interface ListRequest {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter?: string
  /** Keys at or below this one are left out, and so is the common prefix that it starts with. */
  readonly after?: string
  readonly limit: number
}

export interface ListPage {
  /** Objects and common prefixes together, in order, at most `limit`. */
  readonly entries: ReadonlyArray<ListEntry>
  readonly truncated: boolean
}

export type ListEntry = { readonly object: StoredObject } | { readonly commonPrefix: string }

export interface LocalFile {
  readonly path: string
  release(): void
}
