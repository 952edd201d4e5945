import type { PieceReader } from '../indexed/piece-place.ts'
import type { BlobStore } from './blob-store.ts'
import type { OpenedAnswer, StoreConnection } from './store-connection.ts'
import { brokenOff } from './store-connection.ts'

interface Answer extends OpenedAnswer {
  readonly chunks: AsyncIterator<Buffer>
  /** Where in the blob the next byte of it lies. */
  position: number
  /** What was taken from it and not given away. */
  rest: Buffer
}

/**
 * Reads the blob from `start` on with one request, as the reader takes it. A connection that breaks
 * is followed by another request for what is left.
 */
export async function openBlob(
  deps: { readonly store: BlobStore; readonly persist: StoreConnection['persist'] },
  name: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<PieceReader> {
  const { store, persist } = deps
  let answer: Answer | undefined = await request(start)

  async function request(position: number): Promise<Answer> {
    const opened = await store.get(name, position, end)
    const chunks = (opened.message as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
    return { ...opened, chunks, position, rest: Buffer.alloc(0) }
  }

  function drop(): void {
    answer?.message.destroy()
    answer = undefined
  }

  /** False when the store has no more of it. */
  async function takeMore(from: Answer): Promise<boolean> {
    try {
      const { done, value } = await from.whileWaiting(() => from.chunks.next())
      if (!done) from.rest = value
      return !done
    } catch (error) {
      drop()
      throw brokenOff(error)
    }
  }

  async function fill(target: Uint8Array, position: number, done: { count: number }) {
    const wanted = position + done.count
    if (answer?.position !== wanted) {
      drop()
      answer = await request(wanted)
    }
    const from = answer
    while (done.count < target.length) {
      if (from.rest.length === 0 && !(await takeMore(from))) return
      const count = Math.min(from.rest.length, target.length - done.count)
      target.set(from.rest.subarray(0, count), done.count)
      from.rest = from.rest.subarray(count)
      from.position += count
      done.count += count
    }
  }

  return {
    async read(target, position) {
      const done = { count: 0 }
      await persist(`GET ${name}`, () => fill(target, position, done))
      return done.count
    },
    async close() {
      // Read to its end it gives its connection back; else there is no telling how much would come.
      if (answer && answer.position >= end) answer.message.resume()
      else drop()
    },
  }
}
