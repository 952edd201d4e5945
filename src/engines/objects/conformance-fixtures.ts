import type { ListEntry, ObjectStore, OpenedObject } from './port.ts'

export interface ObjectStoreAdapter {
  readonly name: string
  /** An empty store. */
  open(): Promise<ObjectStore>
  /** The same store as a new process would find it. */
  reopen(store: ObjectStore): Promise<ObjectStore>
  /** Sizes on both sides of every border that the adapter has. */
  readonly sizes: ReadonlyArray<number>
}

export const bucket = 'b'
export const publishAs = (attributes: Record<string, unknown>) => ({ publish: () => attributes })

export function bytesOf(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let state = seed * 2_654_435_761 + size
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export async function contentOf(opened: OpenedObject | undefined): Promise<Buffer | undefined> {
  if (!opened) return undefined
  if (opened.body instanceof Uint8Array) return Buffer.from(opened.body)
  const chunks: Uint8Array[] = []
  for await (const chunk of opened.body) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}

/** In chunks of odd sizes, as a socket gives them. */
export async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 60_001) {
    yield bytes.subarray(at, at + size)
  }
}

export function namesOf(entries: ReadonlyArray<ListEntry>): string[] {
  return entries.map((entry) => ('object' in entry ? entry.object.key : entry.commonPrefix))
}
