import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Stream, StreamKey } from './stream.ts'
import { streamNotFound } from './stream-errors.ts'

/** The streams as they are kept. */
export interface StreamStore {
  /** The same object until the stream changes; throws `ResourceNotFoundException`. */
  get(key: StreamKey): Promise<Stream>
  find(key: StreamKey): Promise<Stream | undefined>
  /** False when there is one of that name. */
  create(key: StreamKey, stream: Stream): Promise<boolean>
  /** Compare-and-set; the change may throw to refuse. Throws `ResourceNotFoundException`. */
  update(key: StreamKey, change: (stream: Stream) => Stream): Promise<Stream>
  remove(key: StreamKey): Promise<void>
  /** In the order of names, behind `after`. */
  list(
    scope: Scope,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<Stream>>
  everywhere(): AsyncIterable<StreamKey & { readonly stream: Stream }>
}

export function createStreamStore(meta: MetaStore): StreamStore {
  const documents = createDocuments<Stream>(meta, 'kinesis/stream')
  const find = (key: StreamKey) => documents.getShared(key, key.name)
  return {
    find,
    async get(key) {
      const stream = await find(key)
      if (!stream) throw streamNotFound(key)
      return stream
    },
    create: (key, stream) => documents.create(key, [key.name], stream),
    async update(key, change) {
      const stream = await documents.update(key, [key.name], change)
      if (!stream) throw streamNotFound(key)
      return stream
    },
    async remove(key) {
      await documents.remove(key, key.name)
    },
    async list(scope, { after, limit }) {
      const page = await documents.list(scope, {
        limit,
        ...(after !== undefined && { after: [after] }),
      })
      return page.map(({ value }) => value)
    },
    async *everywhere() {
      for await (const { scope, value } of documents.everywhere()) {
        yield { ...scope, name: value.name, stream: value }
      }
    },
  }
}
