import { kafkaTopicName } from '../../kafka-client/topic-name.ts'
import type { PartitionId } from '../port.ts'
import type { Partition } from './partition.ts'
import { createPartition, notFound } from './partition.ts'
import type { PartitionStates } from './partition-states.ts'

/** The partitions that this node has had to do with. */
export interface Registry {
  /** Without a wait; undefined when the metadata has to be asked. */
  known(id: PartitionId): Partition | undefined
  /** Rejects with `not-found`. */
  find(id: PartitionId): Promise<Partition>
  /** By its place in Kafka. */
  byPlace(topic: string, partition: number): Partition | undefined
  placeOf(id: PartitionId): { readonly topic: string; readonly partition: number }
  /** Lets those who wait for records go with `not-found`. */
  drop(partition: Partition): void
  all(): Iterable<Partition>
}

export function createRegistry(states: PartitionStates, prefix: string): Registry {
  const partitions = new Map<string, Partition>()
  const finding = new Map<string, Promise<Partition>>()
  const places = new Map<string, Partition>()

  const placeOf = ({ topic, partition }: PartitionId) => {
    return { topic: kafkaTopicName(prefix, topic), partition }
  }

  async function load(id: PartitionId): Promise<Partition> {
    const found = await states.find(id)
    if (!found || found.state.status === 'removed') throw notFound(id)
    const partition = createPartition(id, placeOf(id), found)
    partitions.set(keyOf(id), partition)
    places.set(keyOf(partition.kafka), partition)
    return partition
  }

  return {
    known: (id) => partitions.get(keyOf(id)),
    async find(id) {
      const key = keyOf(id)
      const known = partitions.get(key)
      if (known) return known
      let found = finding.get(key)
      if (!found) {
        found = load(id).finally(() => finding.delete(key))
        finding.set(key, found)
      }
      return found
    },
    byPlace: (topic, partition) => places.get(keyOf({ topic, partition })),
    placeOf,
    drop(partition) {
      partition.isRemoved = true
      if (partitions.get(keyOf(partition.id)) === partition) partitions.delete(keyOf(partition.id))
      const place = keyOf(partition.kafka)
      if (places.get(place) === partition) places.delete(place)
      for (const waiter of partition.waiters) waiter.reject(notFound(partition.id))
    },
    all: () => partitions.values(),
  }
}

function keyOf({ topic, partition }: PartitionId): string {
  return `${partition}/${topic}`
}
