import type { KafkaCluster, PersistOptions } from '../../kafka-client/kafka-cluster.ts'
import { isOutOfRange, KafkaFault } from '../../kafka-client/kafka-fault.ts'
import { EARLIEST, fetchOne, findOffset } from '../../kafka-client/partition-requests.ts'
import type { Chunk } from './chunk.ts'
import { readChunk } from './chunk.ts'
import type { ChunkCache } from './chunk-cache.ts'
import type { Partition } from './partition.ts'
import { clear, closeAt, refuseRemoved } from './partition.ts'
import type { PartitionStates } from './partition-states.ts'

/**
 * Keeps the end of a closed partition final among nodes that append at the same time.
 *
 * Closing appends a mark, and the first mark is the end: what lands behind it was never in the
 * partition. So nobody acknowledges or shows a record before it is proved that no mark lies before it.
 * Where this node's own records follow one another, that is known. Else it reads what others wrote in
 * between, or, when that is much, asks the metadata: nobody appends a mark before the state `closing`
 * is committed, so while a commit finds the state unchanged, no mark lies before what was there then.
 */
export interface Fence {
  /** Resolves when all before `offset`, which must be visible, is known to be before the end, or the end is known. */
  prove(partition: Partition, offset: number): Promise<void>
  /** Takes in what was fetched: moves on what is known to be visible, finds the mark of the end. */
  absorb(partition: Partition, chunk: Chunk): Promise<void>
  /** The state as it is now. Throws `not-found` when the partition was removed. */
  reload(partition: Partition): Promise<void>
  /** For requests about the partition: a topic that is not there may be one that was removed. */
  watched(partition: Partition): PersistOptions
}

export interface FenceDeps {
  readonly cluster: KafkaCluster
  readonly states: PartitionStates
  readonly cache: ChunkCache
  /** The partition was removed, perhaps by another node. */
  drop(partition: Partition): void
}

/** Up to so many records of others are read, beyond it the metadata is asked. */
const RECORDS_MAX = 2_000
const BYTES_MAX = 1 << 20

export function createFence(deps: FenceDeps): Fence {
  const { cluster, states, cache } = deps
  const proving = new WeakMap<Partition, Promise<void>>()

  async function reload(partition: Partition): Promise<void> {
    const found = await states.find(partition.id)
    const isGone = !found || found.state.status === 'removed'
    // Removed and made again: whoever knows the old one is not to go on with it.
    if (isGone || found.state.baseOffset > partition.state.baseOffset) deps.drop(partition)
    refuseRemoved(partition)
    if (!found) return
    partition.state = found.state
    partition.version = found.version
    if (found.state.endOffset !== undefined) closeAt(partition, found.state.endOffset)
  }

  function watched(partition: Partition): PersistOptions {
    return {
      async onFault({ code }) {
        if (code === 'UNKNOWN_TOPIC_OR_PARTITION') await reload(partition)
      },
    }
  }

  async function absorb(partition: Partition, chunk: Chunk): Promise<void> {
    if (chunk.fromOffset > partition.clearTo) {
      return prove(
        partition,
        chunk.markOffset === undefined ? chunk.endOffset : chunk.markOffset + 1,
      )
    }
    cache.add(partition, chunk)
    clear(partition, chunk.endOffset)
    if (chunk.markOffset === undefined || partition.closedAt !== undefined) return
    // The mark of an end, or of a removal.
    await reload(partition)
    if (partition.closedAt === undefined) closeAt(partition, chunk.markOffset)
  }

  /**
   * What was there is gone: by retention, or since the partition was removed, or it was closed long ago
   * and the mark went as well. Only the state can tell.
   */
  async function passGone(partition: Partition): Promise<void> {
    const { version, kafka } = partition
    const earliest = await findOffset(cluster, kafka, EARLIEST, watched(partition))
    if (await states.isStill(partition.id, version)) clear(partition, earliest)
    else await reload(partition)
  }

  async function readOn(partition: Partition): Promise<boolean> {
    const from = partition.clearTo
    const wish = { ...partition.kafka, offset: from, bytesMax: BYTES_MAX }
    try {
      const { records } = await fetchOne(cluster, wish, watched(partition))
      await absorb(partition, readChunk(records, from))
    } catch (error) {
      if (!isOutOfRange(error)) throw error
      await passGone(partition)
    }
    return partition.clearTo > from || partition.closedAt !== undefined
  }

  async function proveSome(partition: Partition, offset: number): Promise<void> {
    const isMuch = offset - partition.clearTo > RECORDS_MAX
    if (partition.state.status === 'open') {
      if (!isMuch && (await readOn(partition))) return
      if (await states.isStill(partition.id, partition.version)) return clear(partition, offset)
      return reload(partition)
    }
    clear(partition, Math.min(partition.state.openUntil ?? 0, offset))
    await cluster.persist(async () => {
      const isProved = partition.clearTo >= offset || partition.closedAt !== undefined
      if (!isProved && !(await readOn(partition))) {
        throw new KafkaFault('OFFSET_NOT_AVAILABLE', `records of ${partition.kafka.topic}`)
      }
    })
  }

  async function prove(partition: Partition, offset: number): Promise<void> {
    while (partition.closedAt === undefined && partition.clearTo < offset) {
      refuseRemoved(partition)
      let some = proving.get(partition)
      if (!some) {
        some = proveSome(partition, offset).finally(() => proving.delete(partition))
        proving.set(partition, some)
      }
      await some
    }
  }

  return { prove, absorb, reload, watched }
}
