import type { FileHandle } from 'node:fs/promises'
import * as fs from 'node:fs/promises'
import type { Disk, DiskFile, OpenOptions } from '../base/disk.ts'
import type { EngineErrorKind } from '../base/errors.ts'
import { EngineError, hasErrorCode } from '../base/errors.ts'

/**
 * The disk of this machine. Every failure comes as an `EngineError`: `full` (no space, quota),
 * `not-found`, `conflict` (an exclusive file is already there), else `unavailable`.
 */
export const nodeDisk: Disk = {
  async open(path, options = {}) {
    return fold(path, async () => openFile(await openHandle(path, options), path, options))
  },
  makeDirectory: (path) => fold(path, async () => void (await fs.mkdir(path, { recursive: true }))),
  list: (directory) => fold(directory, async () => (await fs.readdir(directory)).sort()),
  rename: (from, to) => fold(from, () => fs.rename(from, to)),
  remove: (path) => fold(path, () => fs.rm(path, { force: true })),
  async size(path) {
    try {
      return (await fs.stat(path)).size
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined
      throw asEngineError(path, error)
    }
  },
  syncDirectory: (path) => fold(path, () => syncDirectory(path)),
}

/** Elsewhere a synced write may stop at the cache of the drive (macOS), where `fsync` does not. */
const hasSyncedWrites = process.platform === 'linux'

function openHandle(path: string, options: OpenOptions): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_EXCL, O_DSYNC } = fs.constants
  const create = options.create ? O_CREAT | (options.exclusive ? O_EXCL : 0) : 0
  const synced = options.synced && hasSyncedWrites ? O_DSYNC : 0
  return fs.open(path, O_RDWR | create | synced, options.private ? 0o600 : 0o666)
}

function openFile(handle: FileHandle, path: string, options: OpenOptions): DiskFile {
  async function write(buffers: ReadonlyArray<Uint8Array>, position: number): Promise<void> {
    await writeFully(handle, buffers, position)
    if (options.synced && !hasSyncedWrites) await handle.datasync()
  }
  return {
    read: (target, position) => fold(path, () => readFully(handle, target, position)),
    write: (buffers, position) => fold(path, () => write(buffers, position)),
    truncate: (size) => fold(path, () => handle.truncate(size)),
    sync: () => fold(path, () => handle.datasync()),
    size: () => fold(path, async () => (await handle.stat()).size),
    close: () => fold(path, () => handle.close()),
  }
}

async function readFully(handle: FileHandle, target: Uint8Array, position: number) {
  let done = 0
  while (done < target.length) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

async function writeFully(
  handle: FileHandle,
  buffers: ReadonlyArray<Uint8Array>,
  position: number,
): Promise<void> {
  let rest = buffers
  let at = position
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev([...rest], at)
    at += bytesWritten
    rest = behind(rest, bytesWritten)
  }
}

/** What is left of the buffers once their first `count` bytes are written. */
function behind(buffers: ReadonlyArray<Uint8Array>, count: number): ReadonlyArray<Uint8Array> {
  let left = count
  let index = 0
  for (; index < buffers.length; index++) {
    const length = buffers[index]?.length ?? 0
    if (length > left) break
    left -= length
  }
  const first = buffers[index]
  return first ? [first.subarray(left), ...buffers.slice(index + 1)] : []
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory as a file; NTFS journals names by itself.
  if (process.platform === 'win32') return
  const handle = await fs.open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function fold<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asEngineError(path, error)
  }
}

function asEngineError(path: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error
  const text = error instanceof Error ? error.message : String(error)
  return new EngineError(kindOf(error), `${path}: ${text}`, error)
}

function kindOf(error: unknown): EngineErrorKind {
  if (hasErrorCode(error, 'ENOSPC', 'EDQUOT')) return 'full'
  if (hasErrorCode(error, 'ENOENT')) return 'not-found'
  if (hasErrorCode(error, 'EEXIST')) return 'conflict'
  return 'unavailable'
}
