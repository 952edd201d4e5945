import type { ContentHolds } from '../indexed/content-holds.ts'
import type { Garbage, ObjectIndex } from '../indexed/object-index.ts'
import type { PiecePlace } from '../indexed/piece-place.ts'
import type { BlobStore } from './blob-store.ts'
import { remoteLimits } from './limits.ts'

/** Removes what belongs to nothing: blobs that a crash left, and those of objects that are gone. */
export function createBlobSweep(deps: {
  readonly store: BlobStore
  readonly index: ObjectIndex
  readonly place: Pick<PiecePlace, 'removePieces'>
  readonly holds: Pick<ContentHolds, 'isHeld'>
}) {
  const { store, index, place, holds } = deps

  async function removeUploads(prefix: string): Promise<void> {
    for (;;) {
      const uploads = await store.unfinishedUploads(prefix)
      for (const upload of uploads) await store.abortUpload(upload)
      if (uploads.length < remoteLimits.pageMax) return
    }
  }

  async function sweepDirectory(name: string): Promise<void> {
    await index.sealDirectory(name)
    await removeUploads(`${name}/`)
    // At most a thousand were made in it: one page has all of them.
    const orphans: string[] = []
    for (const blob of await store.list(`${name}/`)) {
      if (!(await index.belongs(blob))) orphans.push(blob)
    }
    if (orphans.length > 0) await store.remove(orphans)
    await index.closeDirectory(name)
  }

  async function removeAll(garbage: ReadonlyArray<Garbage>): Promise<void> {
    if (garbage.length === 0) return
    await place.removePieces(garbage.flatMap(({ pieces }) => pieces))
    await index.forgetGarbage(garbage)
  }

  return {
    /** Directories that were made before. What is under way in them cannot be published any more. */
    async directories(isAbandoned: (name: string) => boolean, signal: AbortSignal): Promise<void> {
      for (const name of await index.openDirectories()) {
        if (signal.aborted) return
        if (isAbandoned(name)) await sweepDirectory(name)
      }
    },
    /** Contents that left the index at that time or earlier and that nobody here reads. */
    async garbage(untilMs: number, signal: AbortSignal): Promise<void> {
      let after: Uint8Array | undefined
      while (!signal.aborted) {
        const page = await index.garbage(remoteLimits.garbagePage, after)
        await removeAll(
          page.filter(({ contentId, sinceMs }) => sinceMs <= untilMs && !holds.isHeld(contentId)),
        )
        after = page.at(-1)?.key
        if (page.length < remoteLimits.garbagePage) return
      }
    },
  }
}

export type BlobSweep = ReturnType<typeof createBlobSweep>
