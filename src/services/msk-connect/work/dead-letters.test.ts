import { expect, test } from 'vitest'
import { createKafkaWorld, SCOPE } from '../../../../test/support/kafka-world.ts'
import type { LogEngine, LogRecord } from '../../../engines/log/port.ts'
import { connectLimits } from '../limits.ts'
import type { DeadLetter } from './dead-letters.ts'
import { recordBytes, sendDeadLetters } from './dead-letters.ts'

const MAX = connectLimits.letterBytesMax

/** Letters whose values have these sizes; their offsets are their places. */
async function partsSent(sizes: ReadonlyArray<number>, tells: boolean) {
  const { topics, admin, engine } = await createKafkaWorld()
  const bytes = new Uint8Array(Math.max(...sizes))
  const letters = sizes.map((size, offset): DeadLetter => {
    const record = { key: null, value: bytes.subarray(0, size), timestampMs: offset, offset }
    return { topic: 'orders', partition: 0, record, stage: 'VALUE_CONVERTER', fault: 'broken' }
  })
  const parts: Array<ReadonlyArray<LogRecord>> = []
  const log: LogEngine = {
    ...engine,
    async append(_id, records) {
      parts.push(records)
      return { baseOffset: 0 }
    },
  }
  const queue = { topic: 'dead', connectorName: 'to-s3', taskId: 0, tells }
  await sendDeadLetters({ kafka: { topics, admin }, log }, SCOPE, queue, letters)
  return parts
}

test('however much the dead letters are together, the log gets a few of them at a time, in order', async () => {
  const sizes = Array.from({ length: 40 }, () => MAX / 4)
  const parts = await partsSent(sizes, true)
  expect(parts.flat().map(({ timestampMs }) => timestampMs)).toEqual(sizes.map((_, at) => at))
  // The headers that say what went wrong count too: a fourth one would be too much.
  expect(parts.map((part) => part.length)).toEqual([...Array(13).fill(3), 1])
})

test('a part is as large as the limit, and a dead letter that is larger goes alone', async () => {
  const parts = await partsSent([MAX - 1, 1, 1, MAX + 1, 1], false)
  expect(parts.map((part) => part.map((record) => recordBytes(record)))).toEqual([
    [MAX - 1, 1],
    [1],
    [MAX + 1],
    [1],
  ])
})

test('key, value and headers of a record are counted in bytes', () => {
  const headers = [
    { name: 'é', value: new Uint8Array(3) },
    { name: 'b', value: null },
  ]
  const value = new Uint8Array(10)
  expect(recordBytes({ key: 'ü', value, timestampMs: 0, headers })).toBe(2 + 10 + 2 + 3 + 1)
  expect(recordBytes({ key: null, value: null, timestampMs: 0 })).toBe(0)
})
