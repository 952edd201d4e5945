import { open, statfs, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrorCode } from '../../../base/errors.ts'

/** Room for some dozens of small commits: LMDB writes anew each page that changes, and those above it. */
const RESERVE_BYTES = 1_000_000
const NAME = 'reserve.mdb'

/**
 * Room on the medium that is kept for removals: a removal needs some before it gives some back, so on
 * a full medium nothing could be removed without it. It is a file that is given up when it is needed.
 */
export interface Reserve {
  /** Answers whether there was something to give up. */
  release(): Promise<boolean>
  /** Makes it anew when it is missing and there is room; else nothing happens. Never rejects. */
  refill(): Promise<void>
}

export async function openReserve(directory: string): Promise<Reserve> {
  const path = join(directory, NAME)
  let isThere = false

  async function fill(): Promise<void> {
    const { bavail, bsize } = await statfs(directory)
    if (bavail * bsize < RESERVE_BYTES * 2) return
    const file = await open(path, 'w')
    try {
      // Not zeros: a medium that compresses would keep no room for them.
      await file.writeFile(Buffer.alloc(RESERVE_BYTES, 'kept for removals '))
    } finally {
      await file.close()
    }
    isThere = true
  }

  const reserve: Reserve = {
    async release() {
      if (!isThere) return false
      isThere = false
      try {
        await unlink(path)
        return true
      } catch {
        return false
      }
    },
    async refill() {
      if (isThere) return
      try {
        await fill()
      } catch {
        await unlink(path).catch(() => undefined)
      }
    },
  }
  isThere = await hasWholeFile(path)
  await reserve.refill()
  return reserve
}

async function hasWholeFile(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r')
    try {
      return (await file.stat()).size === RESERVE_BYTES
    } finally {
      await file.close()
    }
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false
    throw error
  }
}
