import type { MetaBatch } from '../port.ts'

/** Who wants to hear of entries that other nodes put, by what their keys begin with. */
export interface Watches {
  add(prefix: Uint8Array, onPut: () => void): void
  tell(puts: MetaBatch['puts']): void
  /** Nobody knows what was put. */
  tellAll(): void
}

export function createWatches(): Watches {
  const watches: Array<{ readonly prefix: Buffer; readonly onPut: () => void }> = []
  return {
    add(prefix, onPut) {
      watches.push({ prefix: Buffer.from(prefix), onPut })
    },
    tell(puts = []) {
      for (const { prefix, onPut } of watches) {
        if (puts.some(({ key }) => prefix.equals(key.subarray(0, prefix.length)))) onPut()
      }
    },
    tellAll() {
      for (const { onPut } of watches) onPut()
    },
  }
}
