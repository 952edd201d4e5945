import type { Chunk } from './chunk.ts'
import type { Partition } from './partition.ts'

/** Chunks that were read lately, so that small reads and many readers do not fetch them again. */
export interface ChunkCache {
  find(partition: Partition, offset: number): Chunk | undefined
  add(partition: Partition, chunk: Chunk): void
}

const CHUNKS_A_PARTITION = 4

/** Holds about `bytesMax` at most; what was added first goes first. */
export function createChunkCache(bytesMax: number): ChunkCache {
  const byPartition = new WeakMap<Partition, Chunk[]>()
  const inOrder = new Map<Chunk, Partition>()
  let sizeBytes = 0

  function drop(chunk: Chunk, partition: Partition): void {
    if (!inOrder.delete(chunk)) return
    sizeBytes -= chunk.sizeBytes
    const chunks = byPartition.get(partition)
    chunks?.splice(chunks.indexOf(chunk), 1)
  }

  return {
    find: (partition, offset) =>
      byPartition
        .get(partition)
        ?.find((chunk) => chunk.fromOffset <= offset && offset < chunk.endOffset),
    add(partition, chunk) {
      if (chunk.batches.length === 0) return
      const chunks = byPartition.get(partition) ?? []
      byPartition.set(partition, chunks)
      chunks.push(chunk)
      inOrder.set(chunk, partition)
      sizeBytes += chunk.sizeBytes
      const [oldest] = chunks
      if (oldest && chunks.length > CHUNKS_A_PARTITION) drop(oldest, partition)
      for (const [first, owner] of inOrder) {
        if (sizeBytes <= bytesMax) break
        drop(first, owner)
      }
    },
  }
}
