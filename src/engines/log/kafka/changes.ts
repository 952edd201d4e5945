import { EngineError } from '../../../base/errors.ts'
import type { KafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import { deleteRecordsBefore, findOffset, LATEST } from '../../kafka-client/partition-requests.ts'
import type { RecordProducer } from '../../kafka-client/record-producer.ts'
import { deleteTopic } from '../../kafka-client/topic-requests.ts'
import type { LogEngine, LogRecord, PartitionId, PartitionSettings } from '../port.ts'
import type { Fence } from './fence.ts'
import type { Partition } from './partition.ts'
import { closeAt } from './partition.ts'
import type { PartitionState, PartitionStates } from './partition-states.ts'
import type { Registry } from './registry.ts'
import type { Removals } from './removals.ts'
import { createRemovals } from './removals.ts'
import { topicConfigs } from './topic-configs.ts'
import type { TopicKeeper } from './topic-keeper.ts'

export interface ChangesDeps {
  readonly cluster: KafkaCluster
  readonly producer: RecordProducer
  readonly states: PartitionStates
  readonly registry: Registry
  readonly fence: Fence
  readonly topics: TopicKeeper
  wallMs(): number
}

interface Deps extends ChangesDeps {
  readonly removals: Removals
}

/** Making, closing and removing partitions. Every step may be done again, by any node. */
export function createChanges(
  deps: ChangesDeps,
): Pick<LogEngine, 'ensurePartition' | 'removePartition'> {
  const { registry, states } = deps
  const removals = createRemovals(async (topic) => {
    const isAll = await states.areAllRemoved(topic)
    if (isAll) await finishRemoval(deps, topic)
    return isAll
  })
  return {
    async ensurePartition(id, { closed = false, ...settings }) {
      const known = registry.known(id)
      // From this moment on nothing more is appended here, as the caller may expect.
      if (known && closed) known.isClosing = true
      try {
        await make(deps, id, settings)
        const partition = await registry.find(id)
        if (closed) await close(deps, partition)
      } catch (error) {
        if (known) known.isClosing = false
        throw error
      }
    },
    async removePartition(id) {
      await remove({ ...deps, removals }, id)
    },
  }
}

/** The partition is there with these settings when it resolves. */
async function make(deps: ChangesDeps, id: PartitionId, settings: PartitionSettings) {
  const { cluster, states, registry, topics } = deps
  const place = registry.placeOf(id)
  const configs = topicConfigs(settings)
  for (;;) {
    const found = await states.find(id)
    if (found && found.state.status !== 'removed') {
      const { state, version } = found
      if (JSON.stringify(state.settings) === JSON.stringify(settings)) return
      await topics.alter(place.topic, configs)
      if (await states.put(id, { ...state, settings }, version)) return refresh(deps, id)
      continue
    }
    // A topic of which nothing is left goes as a whole, so that all of it begins anew.
    if (found && (await states.areAllRemoved(id.topic))) {
      await finishRemoval(deps, id.topic)
      continue
    }
    await topics.ensure(place.topic, place.partition, configs)
    const baseOffset = found ? await findOffset(cluster, place, LATEST) : 0
    const state: PartitionState = { status: 'open', settings, baseOffset }
    if (await states.put(id, state, found?.version ?? 0)) return
  }
}

async function refresh({ registry, fence }: ChangesDeps, id: PartitionId): Promise<void> {
  const known = registry.known(id)
  if (known) await fence.reload(known)
}

/** See `Fence`: first the intention, then the mark, then the end that all can know. */
async function close(deps: ChangesDeps, partition: Partition): Promise<void> {
  const { cluster, producer, states, fence } = deps
  const { id, kafka } = partition
  partition.isClosing = true
  while (partition.state.status !== 'closed') {
    const { state, version } = partition
    if (state.status === 'open') {
      const openUntil = await findOffset(cluster, kafka, LATEST, fence.watched(partition))
      await states.put(id, { ...state, status: 'closing', openUntil }, version)
    } else {
      const { baseOffset } = await producer.mark(kafka, markOf('closed', deps.wallMs()))
      if (baseOffset === partition.clearTo) closeAt(partition, baseOffset)
      await fence.prove(partition, baseOffset + 1)
      const { closedAt: endOffset } = partition
      if (endOffset === undefined) throw new EngineError('unavailable', 'the end is not found')
      const { openUntil, ...rest } = state
      await states.put(id, { ...rest, status: 'closed', endOffset }, version)
    }
    await fence.reload(partition)
  }
}

async function remove(deps: Deps, id: PartitionId): Promise<void> {
  const { cluster, producer, states, registry, removals } = deps
  const together = removals.begin(id.topic)
  let isThere: boolean
  try {
    isThere = await stateRemoved(states, id)
    const known = registry.known(id)
    if (known) registry.drop(known)
  } finally {
    together.isStated()
  }
  if (await together.isTopicRemoved()) return
  if (!isThere) return
  // Wakes those who wait for records at other nodes.
  const place = registry.placeOf(id)
  await producer.mark(place, markOf('removed', deps.wallMs()))
  await deleteRecordsBefore(cluster, place, ALL)
}

/** False when there is no such partition. */
async function stateRemoved(states: PartitionStates, id: PartitionId): Promise<boolean> {
  for (;;) {
    const found = await states.find(id)
    if (!found) return false
    const { endOffset, openUntil, ...rest } = found.state
    if (rest.status === 'removed') return true
    if (await states.put(id, { ...rest, status: 'removed' }, found.version)) return true
  }
}

/** All of the records that are there. */
const ALL = -1

async function finishRemoval(deps: ChangesDeps, topic: string): Promise<void> {
  await deleteTopic(deps.cluster, deps.registry.placeOf({ topic, partition: 0 }).topic)
  await deps.states.forgetTopic(topic)
}

/** What it says is for people; that it is a mark, is told otherwise (see `RecordProducer.mark`). */
function markOf(what: 'closed' | 'removed', timestampMs: number): LogRecord {
  return { key: Buffer.from(`headrace ${what}`), value: null, timestampMs }
}
