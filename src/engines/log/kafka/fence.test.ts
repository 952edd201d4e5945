import { expect, test } from 'vitest'
import { createMemoryMeta } from '../../../../test/support/memory-meta.ts'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import type { KafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import { createKafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import { createChunkCache } from './chunk-cache.ts'
import { createFence } from './fence.ts'
import type { PartitionState } from './partition-states.ts'
import { createPartitionStates } from './partition-states.ts'
import { createRegistry } from './registry.ts'

const ID = { topic: 't', partition: 0 }
const OPEN: PartitionState = { status: 'open', settings: { retentionMs: 1_000 }, baseOffset: 0 }
const OUT_OF_RANGE = 1
const EARLIEST_LEFT = 100

/** A partition that this node knows as open, of which nothing before `EARLIEST_LEFT` is there any more. */
async function createTrimmed() {
  const { clock } = createVirtualClock()
  const cluster = {
    ...createKafkaCluster({ bootstrap: [], clock }),
    leaderOf: async () => 1,
    async ask(_broker: number, _lane: string, name: string, request: unknown) {
      if (name === 'listOffsets') {
        return { topics: [{ partitions: [{ errorCode: 0, offset: EARLIEST_LEFT }] }] }
      }
      const [{ topic }] = (request as { topics: [{ topic: string }] }).topics
      const partition = { partitionIndex: 0, errorCode: OUT_OF_RANGE, records: null }
      return { errorCode: 0, responses: [{ topic, partitions: [partition] }] }
    },
  } as unknown as KafkaCluster
  const states = createPartitionStates(createMemoryMeta(), 'p')
  await states.put(ID, OPEN, 0)
  const registry = createRegistry(states, 'p')
  const partition = await registry.find(ID)
  const cache = createChunkCache(1_000)
  const fence = createFence({ cluster, states, cache, drop: registry.drop })
  return {
    fence,
    partition,
    change: (state: PartitionState) => states.put(ID, state, partition.version),
  }
}

test('what retention took was before the end of a partition that is open still', async () => {
  const { fence, partition } = await createTrimmed()
  await fence.prove(partition, EARLIEST_LEFT)
  expect([partition.clearTo, partition.closedAt]).toEqual([EARLIEST_LEFT, undefined])
})

test('records that are gone prove nothing of a partition that another node closed', async () => {
  const { fence, partition, change } = await createTrimmed()
  await change({ ...OPEN, status: 'closed', endOffset: 5 })
  await fence.prove(partition, EARLIEST_LEFT)
  expect([partition.clearTo, partition.closedAt]).toEqual([5, 5])
})

test('records that are gone prove nothing of a partition that another node removed', async () => {
  const { fence, partition, change } = await createTrimmed()
  await change({ ...OPEN, status: 'removed' })
  const proving = fence.prove(partition, EARLIEST_LEFT)
  await expect(proving).rejects.toMatchObject({ kind: 'not-found' })
  expect(partition.isRemoved).toBe(true)
})

test('a partition that was removed and made again is not the one that was known', async () => {
  const { fence, partition, change } = await createTrimmed()
  await change({ ...OPEN, baseOffset: EARLIEST_LEFT })
  const proving = fence.prove(partition, EARLIEST_LEFT)
  await expect(proving).rejects.toMatchObject({ kind: 'not-found' })
})

test('settings that another node changed do not keep an open partition from going on', async () => {
  const { fence, partition, change } = await createTrimmed()
  await change({ ...OPEN, settings: { retentionMs: 2_000 } })
  await fence.prove(partition, EARLIEST_LEFT)
  expect([partition.clearTo, partition.closedAt]).toEqual([EARLIEST_LEFT, undefined])
  expect(partition.state.settings.retentionMs).toBe(2_000)
})
