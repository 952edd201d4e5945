/** Texts in the order of their code units, kept sorted as they come and go. */
export interface OrderedKeys {
  add(key: string): void
  remove(key: string): void
  /** Those at or behind `from`, in order. Not to be changed meanwhile. */
  ascending(from: string): Iterable<string>
  /** Those before `before` (undefined: all), the last one first. */
  descending(before: string | undefined): Iterable<string>
}

/** A chunk is split when it has more keys; so an insertion moves few, and finding one takes few steps. */
const CHUNK_MAX = 512

export function createOrderedKeys(): OrderedKeys {
  const chunks: string[][] = [[]]

  /** The last chunk that begins at or before the key, or the first one. */
  function chunkOf(key: string): number {
    let low = 0
    let high = chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((chunks[middle]?.[0] ?? '') <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  return {
    add(key) {
      const index = chunkOf(key)
      const chunk = chunks[index] ?? []
      const at = placeIn(chunk, key)
      if (chunk[at] === key) return
      chunk.splice(at, 0, key)
      if (chunk.length > CHUNK_MAX) chunks.splice(index + 1, 0, chunk.splice(CHUNK_MAX >> 1))
    },
    remove(key) {
      const index = chunkOf(key)
      const chunk = chunks[index] ?? []
      const at = placeIn(chunk, key)
      if (chunk[at] !== key) return
      chunk.splice(at, 1)
      if (chunk.length === 0 && chunks.length > 1) chunks.splice(index, 1)
    },
    *ascending(from) {
      let index = chunkOf(from)
      let at = placeIn(chunks[index] ?? [], from)
      for (; index < chunks.length; index++, at = 0) {
        const chunk = chunks[index] ?? []
        for (; at < chunk.length; at++) yield chunk[at] as string
      }
    },
    *descending(before) {
      let index = before === undefined ? chunks.length - 1 : chunkOf(before)
      let end = before === undefined ? undefined : placeIn(chunks[index] ?? [], before)
      for (; index >= 0; index--, end = undefined) {
        const chunk = chunks[index] ?? []
        for (let at = (end ?? chunk.length) - 1; at >= 0; at--) yield chunk[at] as string
      }
    },
  }
}

/** Where the key is, or belongs. */
function placeIn(chunk: ReadonlyArray<string>, key: string): number {
  let low = 0
  let high = chunk.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((chunk[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}
