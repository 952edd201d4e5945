import type { Clock } from '../../../base/clock.ts'
import type { Random } from '../../../base/random.ts'
import type {
  ListPage,
  ListRequest,
  ObjectBody,
  ObjectStore,
} from '../../../engines/objects/port.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { partsOf, uploadsOf } from '../buckets/bucket.ts'
import type { Buckets } from '../buckets/buckets.ts'
import type { Encryptions } from '../encryption/encryptions.ts'
import type { EncryptionWish, Reader } from '../encryption/object-encryption.ts'
import { LIST_MAX } from '../limits.ts'
import { noSuchUpload } from '../s3-errors.ts'
import { requireLockable } from '../versions/object-locks.ts'
import type { DigestPlan } from './digests.ts'
import { createDigester } from './digests.ts'
import { attributesOf } from './object-record.ts'
import { otherEtag, requireKey } from './objects.ts'
import type { Part, Upload, UploadRecord } from './upload-record.ts'
import { isUploadId, partKey, partOf, uploadEntryKey, uploadOf } from './upload-record.ts'

/** Multipart uploads until they are completed (`upload-completion.ts`) or aborted. */
export interface Uploads {
  begin(
    bucket: Bucket,
    key: string,
    record: Omit<UploadRecord, 'encryption'>,
    wish?: EncryptionWish,
  ): Promise<Upload>
  /** Throws `NoSuchUpload`. */
  find(bucket: Bucket, key: string, uploadId: string): Promise<Upload>
  /** Durable when resolved; a part of the same number is replaced. */
  putPart(bucket: Bucket, upload: Upload, request: PutPartRequest): Promise<Part>
  /** In order of the number, from behind `after`. */
  listParts(bucket: Bucket, upload: Upload, after: number, limit: number): Promise<PartsPage>
  allParts(bucket: Bucket, upload: Upload): Promise<ReadonlyMap<number, Part>>
  /** In order of key and begin, as the object store lists their entries. */
  list(bucket: Bucket, page: Omit<ListRequest, 'bucket'>): Promise<ListPage>
  /** Gives back what the upload has; its entry goes last. Nothing happens when it is gone. */
  discard(bucket: Bucket, upload: Upload): Promise<void>
}

export interface PutPartRequest extends Reader {
  readonly partNumber: number
  readonly body: ObjectBody
  readonly digests: DigestPlan
  readonly signal?: AbortSignal | undefined
}

export interface PartsPage {
  readonly parts: ReadonlyArray<Part>
  readonly truncated: boolean
}

export function createUploads(deps: {
  readonly store: ObjectStore
  readonly buckets: Buckets
  readonly encryptions: Encryptions
  readonly clock: Clock
  readonly random: Random
}): Uploads {
  const { store, buckets, encryptions, clock, random } = deps

  async function find(bucket: Bucket, key: string, uploadId: string): Promise<Upload> {
    requireKey(key)
    if (!isUploadId(uploadId)) throw noSuchUpload(uploadId)
    const id = { bucket: uploadsOf(bucket), key: uploadEntryKey(key, uploadId) }
    const entry = await store.head(id)
    if (!entry) throw noSuchUpload(uploadId)
    return uploadOf(entry)
  }

  async function listParts(bucket: Bucket, { uploadId }: Upload, after: number, limit: number) {
    const page = await store.list({
      bucket: partsOf(bucket),
      prefix: `${uploadId}/`,
      after: partKey(uploadId, after),
      limit,
    })
    const parts = page.entries.flatMap((entry) => ('object' in entry ? [partOf(entry.object)] : []))
    return { parts, truncated: page.truncated }
  }

  async function removeParts(bucket: Bucket, upload: Upload): Promise<void> {
    for (;;) {
      const { parts, truncated } = await listParts(bucket, upload, 0, LIST_MAX)
      const keys = parts.map(({ partNumber }) => partKey(upload.uploadId, partNumber))
      await Promise.all(keys.map((key) => store.remove({ bucket: partsOf(bucket), key })))
      if (!truncated) return
    }
  }

  return {
    find,
    listParts,

    async begin(bucket, key, record, wish) {
      requireKey(key)
      requireLockable(bucket, record, clock.wallMs())
      const encryption = await encryptions.begin(bucket, key, wish)
      const kept: UploadRecord = { ...record, ...(encryption && { encryption: encryption.kept }) }
      const id = { bucket: uploadsOf(bucket), key: uploadEntryKey(key, newUploadId(deps)) }
      const publish = () => attributesOf(kept)
      const entry = await store.put(id, new Uint8Array(0), { publish })
      try {
        await buckets.requireOpen(bucket)
      } catch (error) {
        await store.remove(id)
        throw error
      }
      return uploadOf(entry)
    },

    async putPart(bucket, upload, { partNumber, body, digests, signal, ...reader }) {
      const { encryption } = upload.record
      const dataKey = await encryptions.keyOfUpload(bucket, upload.key, encryption, reader)
      const digester = createDigester(digests, otherEtag(encryption, random))
      const publish = () => {
        const { etag, checksum } = digester.finish()
        return { etag, checksum: checksum.value }
      }
      const id = { bucket: partsOf(bucket), key: partKey(upload.uploadId, partNumber) }
      const stored = await store.put(id, body, {
        publish,
        observe: digester.update,
        ...(signal && { signal }),
        ...(dataKey && { key: dataKey }),
      })
      try {
        // Completed or aborted meanwhile: nobody would ever remove the part.
        await find(bucket, upload.key, upload.uploadId)
      } catch (error) {
        await store.remove(id)
        throw error
      }
      return partOf(stored)
    },

    async allParts(bucket, upload) {
      const found = new Map<number, Part>()
      for (let after = 0; ; ) {
        const { parts, truncated } = await listParts(bucket, upload, after, LIST_MAX)
        for (const part of parts) found.set(part.partNumber, part)
        after = parts.at(-1)?.partNumber ?? after
        if (!truncated) return found
      }
    },

    list: (bucket, page) => store.list({ ...page, bucket: uploadsOf(bucket) }),

    async discard(bucket, upload) {
      await removeParts(bucket, upload)
      await store.remove({
        bucket: uploadsOf(bucket),
        key: uploadEntryKey(upload.key, upload.uploadId),
      })
    },
  }
}

/** In the order of time, so that the uploads of a key are listed as they were begun. */
function newUploadId({
  clock,
  random,
}: {
  readonly clock: Clock
  readonly random: Random
}): string {
  return clock.wallMs().toString(16).padStart(12, '0') + random.bytes(16).toString('hex')
}
