import { mkdir, open, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Random } from '../base/random.ts'
import type { ScratchSpace } from './scratch.ts'

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
        remove: () => rm(path, { recursive: true, force: true }),
      }
    },
  }
}
