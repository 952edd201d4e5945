import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../../test/support/virtual-clock.ts'
import { silentLogger } from '../../../base/logger.ts'
import type { KafkaCluster, KafkaPartition } from '../../kafka-client/kafka-cluster.ts'
import { createKafkaCluster } from '../../kafka-client/kafka-cluster.ts'
import type { RecordProducer } from '../../kafka-client/record-producer.ts'
import type { LogRecord } from '../../log/port.ts'
import { encodeRecordBatch, stampBaseOffset } from '../../log/segment/record-batch.ts'
import { openReplica } from './replica.ts'
import { createSnapshots } from './snapshots.ts'
import type { StateImage } from './state-machine.ts'

const SNAPSHOTS = { topic: 'snapshots', partition: 0 }
const COMMANDS = { topic: 'commands', partition: 0 }
const OUT_OF_RANGE = 1
const EARLIEST = -2

interface Stored {
  startOffset: number
  endOffset: number
  readonly batches: Map<number, Buffer>
}

/** One broker with both topics. `onAsk` is called before it answers, with what it is asked. */
function createBroker(onAsk: (name: string, topic: string) => void = () => undefined) {
  const { clock, advanceUntil } = createVirtualClock()
  const topics = new Map<string, Stored>()
  /** Each append waits for its turn when it is held. */
  let held: ((record: LogRecord) => Promise<void>) | undefined

  function storedIn(topic: string): Stored {
    const stored = topics.get(topic) ?? { startOffset: 0, endOffset: 0, batches: new Map() }
    topics.set(topic, stored)
    return stored
  }

  function fetched(stored: Stored, offset: number) {
    const isInside = offset >= stored.startOffset && offset <= stored.endOffset
    return {
      partitionIndex: 0,
      errorCode: isInside ? 0 : OUT_OF_RANGE,
      highWatermark: stored.endOffset,
      logStartOffset: stored.startOffset,
      // One at a time, so that others come in between.
      records: stored.batches.get(offset) ?? null,
    }
  }

  function answer(name: string, topic: string, { offset = 0, timestamp = 0, fetchOffset = 0 }) {
    const stored = storedIn(topic)
    if (name === 'fetch') {
      return { errorCode: 0, responses: [{ topic, partitions: [fetched(stored, fetchOffset)] }] }
    }
    if (name === 'deleteRecords') stored.startOffset = Math.max(stored.startOffset, offset)
    const found = timestamp === EARLIEST ? stored.startOffset : stored.endOffset
    const one = { errorCode: 0, offset: found, lowWatermark: stored.startOffset }
    return { topics: [{ partitions: [one] }] }
  }

  const cluster = {
    ...createKafkaCluster({ bootstrap: [], clock }),
    leaderOf: async () => 1,
    async ask(_broker: number, _lane: string, name: string, request: unknown) {
      const [one] = (
        request as { topics: { topic?: string; name?: string; partitions: [object] }[] }
      ).topics
      const topic = one?.topic ?? one?.name ?? ''
      // A turn of its own: who polls without an end lets others run.
      await new Promise((resolve) => setImmediate(resolve))
      onAsk(name, topic)
      return answer(name, topic, one?.partitions[0] ?? {})
    },
  } as unknown as KafkaCluster

  async function append({ topic }: KafkaPartition, records: ReadonlyArray<LogRecord>) {
    for (const record of records) await held?.(record)
    const stored = storedIn(topic)
    const baseOffset = stored.endOffset
    const batch = encodeRecordBatch([records])
    stampBaseOffset(batch, baseOffset)
    stored.batches.set(baseOffset, batch)
    stored.endOffset += records.length
    return { baseOffset }
  }

  const producer: RecordProducer = {
    append,
    mark: (place, record) => append(place, [record]),
    close: () => undefined,
  }
  const snapshots = createSnapshots({ cluster, producer, place: SNAPSHOTS, wallMs: () => 1 })
  const openNode = () =>
    openReplica({
      cluster,
      producer,
      commands: COMMANDS,
      snapshots,
      sizes: { snapshotBytes: 1_000, stateBytesMax: 1_000 },
      node: 'n',
      clock,
      log: silentLogger,
    })
  return {
    snapshots,
    openNode,
    advanceUntil,
    storedIn,
    hold: (wait: typeof held) => {
      held = wait
    },
  }
}

function imageOf(nextOffset: number): StateImage {
  const entry = { key: Buffer.from('k'), value: Buffer.from(`${nextOffset}`), version: nextOffset }
  return { nextOffset, bytesSinceClaim: 0, entries: [entry] }
}

test('a snapshot that is written late does not take the place of one that goes further', async () => {
  const { snapshots } = createBroker()
  await snapshots.write('b', imageOf(5_000))
  await snapshots.write('a', imageOf(1_000))
  expect(await snapshots.read()).toEqual(imageOf(5_000))
  await snapshots.write('c', imageOf(6_000))
  expect(await snapshots.read()).toEqual(imageOf(6_000))
})

test('what lies before the snapshot that goes furthest is let go of', async () => {
  const { snapshots, storedIn } = createBroker()
  await snapshots.write('a', imageOf(1_000))
  await snapshots.write('b', imageOf(5_000))
  const { startOffset, endOffset } = storedIn(SNAPSHOTS.topic)
  expect([startOffset, endOffset]).toEqual([3, 6])
})

test('a snapshot that is whole first leaves one that goes further and is being written', async () => {
  const { snapshots, hold } = createBroker()
  let isBegun: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    isBegun = resolve
  })
  let goOn: () => void = () => undefined
  const stalled = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let records = 0
  hold(async ({ key }) => {
    if (String(key) !== 'b') return
    records++
    if (records === 1) return
    isBegun()
    await stalled
  })
  const further = snapshots.write('b', imageOf(5_000))
  await begun
  await snapshots.write('a', imageOf(1_000))
  expect(await snapshots.read()).toEqual(imageOf(1_000))
  goOn()
  await further
  expect(await snapshots.read()).toEqual(imageOf(5_000))
})

test('a reader begins again when what it reads is trimmed meanwhile', async () => {
  let toTrim = 0
  const broker = createBroker((name) => {
    if (name !== 'fetch' || toTrim === 0) return
    broker.storedIn(SNAPSHOTS.topic).startOffset = toTrim
    toTrim = 0
  })
  await broker.snapshots.write('a', imageOf(1_000))
  await broker.snapshots.write('b', imageOf(5_000))
  broker.storedIn(SNAPSHOTS.topic).startOffset = 0
  toTrim = 3
  expect(await broker.snapshots.read()).toEqual(imageOf(5_000))
})

test('a node opens while another writes a snapshot and trims the commands', async () => {
  let trims = 0
  const broker = createBroker((name, topic) => {
    if (name !== 'listOffsets' || topic !== COMMANDS.topic || trims > 0) return
    trims++
    // The snapshot was read by now.
    void broker.snapshots.write('b', imageOf(7))
    Object.assign(broker.storedIn(COMMANDS.topic), { startOffset: 7, endOffset: 7 })
  })
  await broker.snapshots.write('a', imageOf(3))
  let isOpen = false
  const opening = broker.openNode().finally(() => {
    isOpen = true
  })
  opening.catch(() => undefined)
  await broker.advanceUntil(() => isOpen)
  const node = await opening
  expect(node.state().nextOffset()).toBe(7)
  await node.close()
})

test('commands that no snapshot has are told as gone', async () => {
  const broker = createBroker()
  await broker.snapshots.write('a', imageOf(3))
  Object.assign(broker.storedIn(COMMANDS.topic), { startOffset: 7, endOffset: 7 })
  let isSettled = false
  const opening = expect(
    broker.openNode().finally(() => {
      isSettled = true
    }),
  ).rejects.toMatchObject({ kind: 'corrupt' })
  await broker.advanceUntil(() => isSettled)
  await opening
})
