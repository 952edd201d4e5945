import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { EngineError } from '../../base/errors.ts'
import type { KafkaErrorName } from '../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../wire/kafka/errors.ts'
import { readBatchHeader } from '../log/segment/record-batch.ts'
import { isMark } from './batch-producer.ts'
import type { KafkaCluster } from './kafka-cluster.ts'
import { createKafkaCluster } from './kafka-cluster.ts'
import { KafkaFault } from './kafka-fault.ts'
import { createRecordProducer } from './record-producer.ts'

const PLACE = { topic: 't', partition: 0 }
const record = (value: string) => ({ key: null, value: Buffer.from(value), timestampMs: 1 })

interface Sent {
  readonly producerId: number
  readonly sequence: number
  readonly records: number
  readonly isMark: boolean
}

/**
 * Brokers that keep what they are sent at one place, and answer as the script says: `lost` keeps the
 * batch and loses the answer, an error keeps nothing. Without a script they answer well.
 */
function createBrokers(script: ('lost' | KafkaErrorName)[] = []) {
  const { clock, advanceUntil } = createVirtualClock()
  const sent: Sent[] = []
  const kept = new Map<string, number>()
  let endOffset = 0
  let lastId = 100
  const real = createKafkaCluster({ bootstrap: [], clock })

  function take(batch: Buffer): { errorCode: number; baseOffset: number } {
    const header = readBatchHeader(batch, 0)
    if (!header) throw new Error('a batch')
    const { producerId, baseSequence: sequence, recordCount: records } = header
    sent.push({ producerId, sequence, records, isMark: isMark(batch) })
    const step = script.shift()
    if (step !== undefined && step !== 'lost') {
      return { errorCode: kafkaErrorCode(step), baseOffset: -1 }
    }
    const name = `${producerId} ${sequence}`
    const baseOffset = kept.get(name) ?? endOffset
    if (!kept.has(name)) endOffset += records
    kept.set(name, baseOffset)
    if (step === 'lost') throw new KafkaFault('NETWORK_EXCEPTION', 'the answer is lost')
    return { errorCode: 0, baseOffset }
  }

  const cluster = {
    ...real,
    leaderOf: async () => 1,
    askAny: async () => ({ errorCode: 0, producerId: ++lastId }),
    async ask(_broker: number, _lane: string, _name: string, request: unknown) {
      const { topicData } = request as {
        topicData: { name: string; partitionData: { index: number; records: Buffer[] }[] }[]
      }
      return {
        responses: topicData.map(({ name, partitionData }) => ({
          name,
          partitionResponses: partitionData.map(({ index, records }) => {
            return { index, ...take(Buffer.concat(records)) }
          }),
        })),
      }
    },
  } as unknown as KafkaCluster
  const producer = createRecordProducer({ cluster, patienceMs: 5_000 })

  /** Appends one after the other, each begun when the one before is settled. */
  async function append(...values: string[]): Promise<(number | unknown)[]> {
    const outcomes: unknown[] = []
    for (const value of values) {
      let isSettled = false
      const appended = producer
        .append(PLACE, [record(value)])
        .then(
          ({ baseOffset }) => baseOffset,
          (error) => (error instanceof EngineError ? error.kind : error),
        )
        .finally(() => {
          isSettled = true
        })
      await advanceUntil(() => isSettled)
      outcomes.push(await appended)
    }
    return outcomes
  }
  return { producer, append, sent, endOffset: () => endOffset }
}

test('appends that wait share a batch, in the order of the calls', async () => {
  const { producer, sent } = createBrokers()
  const offsets = await Promise.all(
    ['a', 'b', 'c'].map((value) => producer.append(PLACE, [record(value), record(value)])),
  )
  expect(offsets.map(({ baseOffset }) => baseOffset)).toEqual([0, 2, 4])
  expect(sent.map(({ records }) => records)).toEqual([6])
})

test('a batch whose answer is lost is sent again as the same, and is there once', async () => {
  const { append, sent, endOffset } = createBrokers(['lost', 'lost'])
  expect(await append('a', 'b')).toEqual([0, 1])
  expect(sent.map(({ sequence }) => sequence)).toEqual([0, 0, 0, 1])
  expect(new Set(sent.map(({ producerId }) => producerId)).size).toBe(1)
  expect(endOffset()).toBe(2)
})

test('a leader that moved is looked for until it takes the batch', async () => {
  const { append, sent } = createBrokers(['NOT_LEADER_OR_FOLLOWER', 'NOT_ENOUGH_REPLICAS'])
  expect(await append('a')).toEqual([0])
  expect(sent.map(({ sequence }) => sequence)).toEqual([0, 0, 0])
})

test('a producer that the cluster forgot begins anew, for nothing of the batch can be there', async () => {
  const { append, sent } = createBrokers()
  await append('a')
  const again = createBrokers(['OUT_OF_ORDER_SEQUENCE_NUMBER'])
  expect(await again.append('b')).toEqual([0])
  const [first, second] = again.sent
  expect(second?.producerId).not.toBe(first?.producerId)
  expect(second?.sequence).toBe(0)
  expect(sent).toHaveLength(1)
})

test('where a batch may be there, a fault of its sequence is not papered over', async () => {
  const { append, sent, endOffset } = createBrokers(['lost', 'OUT_OF_ORDER_SEQUENCE_NUMBER'])
  expect(await append('a', 'b')).toEqual(['unavailable', 1])
  const ids = sent.map(({ producerId }) => producerId)
  expect(ids[0]).toBe(ids[1])
  expect(ids[2]).not.toBe(ids[1])
  expect(endOffset()).toBe(2)
})

test('what no broker takes in time is a time-out, and what follows begins anew', async () => {
  const { append, sent } = createBrokers(Array.from({ length: 12 }, () => 'LEADER_NOT_AVAILABLE'))
  expect(await append('a')).toEqual(['timeout'])
  const ids = sent.map(({ producerId }) => producerId)
  expect(new Set(ids).size).toBe(1)
  const [last] = await append('b')
  expect(last).toBe(0)
  expect(sent.at(-1)?.producerId).not.toBe(ids[0])
})

test('a mark is a batch by itself that nothing else can be taken for', async () => {
  const { producer, sent } = createBrokers()
  const all = [
    producer.append(PLACE, [record('a')]),
    producer.mark(PLACE, record('m')),
    producer.append(PLACE, [record('b')]),
    producer.append(PLACE, [record('c')]),
  ]
  expect((await Promise.all(all)).map(({ baseOffset }) => baseOffset)).toEqual([0, 1, 2, 3])
  expect(sent.map((one) => [one.isMark, one.records, one.sequence])).toEqual([
    [false, 1, 0],
    [true, 1, 0],
    [false, 2, 1],
  ])
})

test('a batch of 32 MiB is taken, one byte more is refused, and so is what waits beyond 256 MiB', async () => {
  const { producer } = createBrokers()
  const overhead = 32
  const largest = Buffer.alloc((32 << 20) - overhead)
  const one = (value: Buffer) => ({ key: null, value, timestampMs: 1 })
  await producer.append(PLACE, [one(largest)])
  const larger = producer.append(PLACE, [one(Buffer.alloc(largest.length + 1))])
  await expect(larger).rejects.toMatchObject({ kind: 'invalid' })
  const places = Array.from({ length: 9 }, (_, partition) => ({ topic: 'many', partition }))
  const appends = places.map((place) => producer.append(place, [one(largest)]))
  const outcomes = (await Promise.allSettled(appends)).map(({ status }) => status)
  expect(outcomes).toEqual([...Array.from({ length: 8 }, () => 'fulfilled'), 'rejected'])
  producer.close()
  await expect(producer.append(PLACE, [])).rejects.toMatchObject({ kind: 'unavailable' })
})
