import { Readable } from 'node:stream'
import type { ScratchDirectory, ScratchSpace } from '../../../engines/scratch.ts'

/**
 * Where the bytes of objects wait that are not complete: in memory up to a limit that all files share,
 * beyond it in scratch files. Nothing of it outlives the process: the log has it all.
 */
export interface Spool {
  /** `memoryMax`: what this file keeps in memory at the most. */
  create(memoryMax: number): SpoolFile
}

export interface SpoolFile {
  append(bytes: Buffer): Promise<void>
  /** All of it, in order; in one piece when none of it lies in scratch files. */
  body(): Buffer | Readable
  /** Gives memory and scratch files back. */
  drop(): Promise<void>
}

interface OpenFile {
  readonly chunks: Buffer[]
  bytes: number
  directory: ScratchDirectory | undefined
  parts: number
}

export function createSpool(scratch: ScratchSpace, memoryMax: number): Spool {
  const open = new Set<OpenFile>()
  let heldBytes = 0

  function forgetMemory(file: OpenFile): void {
    heldBytes -= file.bytes
    file.bytes = 0
    file.chunks.length = 0
  }

  async function spill(file: OpenFile): Promise<void> {
    file.directory ??= await scratch.create('connector')
    await file.directory.write(`part-${file.parts}`, file.chunks)
    file.parts += 1
    forgetMemory(file)
  }

  function largest(): OpenFile | undefined {
    let found: OpenFile | undefined
    for (const file of open) if (file.bytes > (found?.bytes ?? 0)) found = file
    return found
  }

  return {
    create(fileMax) {
      const file: OpenFile = { chunks: [], bytes: 0, directory: undefined, parts: 0 }
      open.add(file)
      return {
        async append(bytes) {
          file.chunks.push(bytes)
          file.bytes += bytes.length
          heldBytes += bytes.length
          if (file.bytes > fileMax) await spill(file)
          else if (heldBytes > memoryMax) await spill(largest() ?? file)
        },
        body: () => (file.parts === 0 ? Buffer.concat(file.chunks) : Readable.from(read(file))),
        async drop() {
          open.delete(file)
          forgetMemory(file)
          await file.directory?.remove()
        },
      }
    },
  }
}

async function* read(file: OpenFile): AsyncGenerator<Buffer> {
  for (let part = 0; part < file.parts; part++) {
    const bytes = await file.directory?.read(`part-${part}`)
    if (bytes) yield bytes
  }
  yield* file.chunks
}
