import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { StreamKey } from './stream.ts'

/** A consumer with its own throughput (enhanced fan-out). It is ACTIVE as soon as it is there. */
export interface Consumer {
  readonly name: string
  readonly createdMs: number
  readonly tags: Readonly<Record<string, string>>
  /** The resource policy as it was put. */
  readonly policy?: string
}

/** The registered consumers of a stream as they are kept. */
export interface ConsumerStore {
  find(stream: StreamKey, name: string): Promise<Consumer | undefined>
  /** False when there is one of that name. */
  create(stream: StreamKey, consumer: Consumer): Promise<boolean>
  /** Undefined when it is not there. */
  update(
    stream: StreamKey,
    name: string,
    change: (consumer: Consumer) => Consumer,
  ): Promise<Consumer | undefined>
  /** False when it was not there. */
  remove(stream: StreamKey, name: string): Promise<boolean>
  removeAll(stream: StreamKey): Promise<void>
  /** In the order of names, behind `after`. */
  list(
    stream: StreamKey,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<ReadonlyArray<Consumer>>
}

export function createConsumerStore(meta: MetaStore): ConsumerStore {
  const documents = createDocuments<Consumer>(meta, 'kinesis/consumer')
  return {
    find: (stream, name) => documents.get(stream, stream.name, name),
    create: (stream, consumer) => documents.create(stream, [stream.name, consumer.name], consumer),
    update: (stream, name, change) => documents.update(stream, [stream.name, name], change),
    remove: (stream, name) => documents.remove(stream, stream.name, name),
    removeAll: (stream) => documents.removeUnder(stream, stream.name),
    async list(stream, { after, limit }) {
      const page = { under: [stream.name], limit, ...(after !== undefined && { after: [after] }) }
      return (await documents.list(stream, page)).map(({ value }) => value)
    },
  }
}
