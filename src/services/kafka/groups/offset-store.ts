import type { KeyPart } from '../../../base/ordered-key.ts'
import { decodeKey, encodeKey } from '../../../base/ordered-key.ts'
import type { Scope } from '../../../base/scope.ts'
import type { MetaBatch, MetaEntry, MetaStore } from '../../../engines/meta/port.ts'

/** An offset as it is kept, under (group, topic, partition). */
export interface KeptOffset {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
  readonly committedMs: number
  /** Only what was committed for the topic of this id is an offset of it. */
  readonly topicId: string
  /** When an old client wanted it to lapse (versions 2 to 4). */
  readonly expiresMs?: number
}

export interface OffsetPlace {
  readonly topic: string
  readonly partition: number
}

export interface PlacedOffset extends OffsetPlace {
  readonly kept: KeptOffset
}

/**
 * Committed offsets, one entry each: a commit writes what it names and no more, commits that come
 * together share a sync, and a group of many partitions costs no memory. Durable when resolved.
 */
export interface OffsetStore {
  get(scope: Scope, groupId: string, at: OffsetPlace): Promise<KeptOffset | undefined>
  /** Of one topic, or of the whole group; in the order of topics and partitions. */
  list(scope: Scope, groupId: string, topic?: string): AsyncIterable<PlacedOffset>
  /** All of them or none, with what else belongs to the commit. */
  put(
    scope: Scope,
    groupId: string,
    offsets: ReadonlyArray<PlacedOffset>,
    others?: MetaBatch['puts'],
  ): Promise<void>
  remove(scope: Scope, groupId: string, places: ReadonlyArray<OffsetPlace>): Promise<void>
  /** Keeps them apart until the producer's transaction ends. */
  pend(
    scope: Scope,
    groupId: string,
    producerId: number,
    offsets: ReadonlyArray<PlacedOffset>,
    others?: MetaBatch['puts'],
  ): Promise<void>
  /** What is pending in any transaction. */
  listPending(scope: Scope, groupId: string): AsyncIterable<OffsetPlace & { producerId: number }>
  /** Makes what is pending the offsets, or forgets it: all at once, if it is done at all. */
  settle(scope: Scope, groupId: string, producerId: number, commit: boolean): Promise<void>
  /** Removes everything of the group. */
  removeAll(scope: Scope, groupId: string): Promise<void>
}

const PAGE = 1000
const OFFSETS = 'kafka/offset'
const PENDING = 'kafka/pending-offset'

export function createOffsetStore(meta: MetaStore): OffsetStore {
  async function* scan(prefix: Uint8Array): AsyncIterable<MetaEntry> {
    let after: Uint8Array | undefined
    for (;;) {
      const entries = await meta.scan({ prefix, limit: PAGE, ...(after && { after }) })
      yield* entries
      after = entries.at(-1)?.key
      if (entries.length < PAGE) return
    }
  }

  async function removeUnder(prefix: Uint8Array): Promise<void> {
    for (;;) {
      const entries = await meta.scan({ prefix, limit: PAGE })
      if (entries.length > 0) await meta.commit({ removals: entries.map(({ key }) => key) })
      if (entries.length < PAGE) return
    }
  }

  async function settle(scope: Scope, groupId: string, producerId: number, commit: boolean) {
    const puts: Array<{ key: Uint8Array; value: Uint8Array }> = []
    const removals: Uint8Array[] = []
    for await (const entry of scan(keyOf(PENDING, scope, groupId, producerId))) {
      removals.push(entry.key)
      if (!commit) continue
      const [topic, partition] = decodeKey(entry.key).slice(5)
      const key = keyOf(OFFSETS, scope, groupId, String(topic), Number(partition))
      const current = await meta.get(key)
      // What was committed outside of the transaction since then is newer.
      const isNewer = current && decode(current).committedMs > decode(entry).committedMs
      if (!isNewer) puts.push({ key, value: entry.value })
    }
    if (removals.length > 0) await meta.commit({ puts, removals })
  }

  return {
    async get(scope, groupId, { topic, partition }) {
      const entry = await meta.get(keyOf(OFFSETS, scope, groupId, topic, partition))
      return entry && decode(entry)
    },
    async *list(scope, groupId, topic) {
      const under = topic === undefined ? [] : [topic]
      for await (const entry of scan(keyOf(OFFSETS, scope, groupId, ...under))) {
        const [name, partition] = decodeKey(entry.key).slice(4)
        yield { topic: String(name), partition: Number(partition), kept: decode(entry) }
      }
    },
    async put(scope, groupId, offsets, others = []) {
      const puts = offsets.map(({ topic, partition, kept }) => ({
        key: keyOf(OFFSETS, scope, groupId, topic, partition),
        value: encode(kept),
      }))
      await meta.commit({ puts: [...puts, ...others] })
    },
    async remove(scope, groupId, places) {
      const removals = places.map(({ topic, partition }) =>
        keyOf(OFFSETS, scope, groupId, topic, partition),
      )
      if (removals.length > 0) await meta.commit({ removals })
    },
    async pend(scope, groupId, producerId, offsets, others = []) {
      const puts = offsets.map(({ topic, partition, kept }) => ({
        key: keyOf(PENDING, scope, groupId, producerId, topic, partition),
        value: encode(kept),
      }))
      await meta.commit({ puts: [...puts, ...others] })
    },
    async *listPending(scope, groupId) {
      for await (const entry of scan(keyOf(PENDING, scope, groupId))) {
        const [producerId, topic, partition] = decodeKey(entry.key).slice(4)
        yield {
          producerId: Number(producerId),
          topic: String(topic),
          partition: Number(partition),
        }
      }
    },
    settle,
    async removeAll(scope, groupId) {
      await removeUnder(keyOf(PENDING, scope, groupId))
      await removeUnder(keyOf(OFFSETS, scope, groupId))
    },
  }
}

function keyOf(collection: string, scope: Scope, ...id: ReadonlyArray<KeyPart>): Buffer {
  return encodeKey([collection, scope.accountId, scope.region, ...id])
}

function encode(kept: KeptOffset): Uint8Array {
  return Buffer.from(JSON.stringify(kept))
}

function decode(entry: MetaEntry): KeptOffset {
  return JSON.parse(Buffer.from(entry.value).toString('utf8')) as KeptOffset
}
