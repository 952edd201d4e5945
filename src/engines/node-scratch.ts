import {
  constants,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { EngineError, hasErrorCode } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { ScratchDirectory, ScratchSpace } from './scratch.ts'

/** Buffers handed to one `writev`; the system takes at most 1,024. */
const CHUNKS_A_WRITE = 1000

/** Scratch space under one directory of the local disk, which is emptied first. */
export async function openNodeScratch(directory: string, random: Random): Promise<ScratchSpace> {
  const root = resolve(directory)
  await rm(root, { recursive: true, force: true })
  await mkdir(root, { recursive: true })
  return {
    async create(purpose) {
      const path = join(root, `${purpose}-${random.uuid()}`)
      await mkdir(path)
      return openDirectory(path, random)
    },
  }
}

function openDirectory(path: string, random: Random): ScratchDirectory {
  return {
    path,
    async write(name, chunks) {
      const file = await open(join(path, name), 'wx')
      try {
        for (let at = 0; at < chunks.length; at += CHUNKS_A_WRITE) {
          await file.writev(chunks.slice(at, at + CHUNKS_A_WRITE))
        }
      } finally {
        await file.close()
      }
    },
    async makeDirectory(name) {
      await mkdir(join(path, name), { recursive: true })
    },
    async link(source, name) {
      const target = join(path, name)
      try {
        await linkNew(source, target)
      } catch (error) {
        if (hasErrorCode(error, 'EEXIST')) {
          await replaceByLink(source, target, join(path, `.link-${random.uuid()}`))
        } else throw asConflict(name, error)
      }
    },
    files: (folder) => filesBelow(join(path, folder)),
    async read(name) {
      try {
        return await readFile(join(path, name))
      } catch (error) {
        if (hasErrorCode(error, 'ENOENT')) return undefined
        throw error
      }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  }
}

/** The folder above is there nearly always, so it is made only when it was missed. */
async function linkNew(source: string, target: string): Promise<void> {
  try {
    await linkOrCopy(source, target)
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error
    await mkdir(dirname(target), { recursive: true })
    await linkOrCopy(source, target)
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target)
  } catch (error) {
    // Another file system, or one without hard links.
    if (!hasErrorCode(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK')) throw error
    await copyFile(source, target, constants.COPYFILE_EXCL)
  }
}

/** By a rename, so that whoever has the old file open keeps it. */
async function replaceByLink(source: string, target: string, temporary: string): Promise<void> {
  await linkOrCopy(source, temporary)
  try {
    await rename(temporary, target)
  } catch (error) {
    throw asConflict(target, error)
  } finally {
    // Two links to one file: the rename leaves both (POSIX).
    await rm(temporary, { force: true })
  }
}

function asConflict(name: string, error: unknown): unknown {
  if (!hasErrorCode(error, 'EEXIST', 'ENOTDIR', 'EISDIR')) return error
  return new EngineError('conflict', `${name} is a file and a folder`, error)
}

async function filesBelow(folder: string) {
  const found: { name: string; sizeBytes: number }[] = []
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      found.push({ name: relative(folder, path), sizeBytes: (await stat(path)).size })
    }
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}
