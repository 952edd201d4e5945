import { EngineError } from '../../../base/errors.ts'
import type { BlobStore, UnfinishedUpload, UploadedPart } from './blob-store.ts'
import { remoteLimits } from './limits.ts'

export interface BlobWriter {
  /** Takes the buffers over: they must not change any more. Holds two parts at most. */
  write(buffers: ReadonlyArray<Uint8Array>): Promise<void>
  /** The blob is durable when it resolves. */
  finish(): Promise<void>
  /** Nothing of it is left in the store when it resolves. */
  remove(): Promise<void>
}

/** Uploads a blob: with one request when it is small, else by parts while it is written. */
export function createBlobWriter(store: BlobStore, name: string): BlobWriter {
  const parts: Array<Promise<UploadedPart>> = []
  let gathered: Uint8Array[] = []
  let gatheredBytes = 0
  let upload: UnfinishedUpload | undefined
  let isFinished = false

  async function sendPart(): Promise<void> {
    if (parts.length === remoteLimits.partsMax) {
      const bytesMax = remoteLimits.partsMax * remoteLimits.partBytes
      throw new EngineError('unsupported', `${name} has over ${bytesMax} bytes`)
    }
    upload ??= { name, uploadId: await store.beginUpload(name) }
    const sending = store.putPart(upload, parts.length + 1, gathered)
    // Seen when it is waited for, here or by `finish`.
    sending.catch(() => undefined)
    parts.push(sending)
    gathered = []
    gatheredBytes = 0
    await parts.at(-remoteLimits.partsUnderWayMax)
  }

  async function add(buffer: Uint8Array): Promise<void> {
    for (let at = 0; at < buffer.length; ) {
      const count = Math.min(remoteLimits.partBytes - gatheredBytes, buffer.length - at)
      gathered.push(buffer.subarray(at, at + count))
      gatheredBytes += count
      at += count
      // A blob that ends here needs no upload by parts.
      const isMore = at < buffer.length || upload !== undefined
      if (gatheredBytes === remoteLimits.partBytes && isMore) await sendPart()
    }
  }

  return {
    async write(buffers) {
      if (gatheredBytes === remoteLimits.partBytes) await sendPart()
      for (const buffer of buffers) await add(buffer)
    },
    async finish() {
      if (parts.length === 0) {
        await store.put(name, gathered)
      } else {
        if (gatheredBytes > 0) await sendPart()
        if (upload) await store.completeUpload(upload, await Promise.all(parts))
      }
      isFinished = true
    },
    async remove() {
      await Promise.allSettled(parts)
      if (upload && !isFinished) await store.abortUpload(upload)
      await store.remove([name])
    },
  }
}
