import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeBatch, recordsOf } from '../batch-fixtures.ts'
import type { LogRecord, StoredRecord } from '../port.ts'
import {
  encodeRecordBatch,
  isSoundBatch,
  readBatchHeader,
  stampBaseOffset,
} from './record-batch.ts'
import type { OpenBatch } from './record-decode.ts'
import { decodeRecords, findTimestamp, isWellFormed, openBatch } from './record-decode.ts'
import { varintSize, writeVarint } from './varint.ts'

const bytes = fc.option(
  fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 120, maxLength: 140 })),
  { nil: null },
)
const record = fc.record(
  {
    key: fc.oneof(bytes, fc.string({ unit: 'binary', maxLength: 70 })),
    value: bytes,
    timestampMs: fc.oneof(
      fc.integer({ min: -1, max: 100 }),
      fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
    ),
    headers: fc.array(fc.record({ name: fc.string({ maxLength: 5 }), value: bytes }), {
      maxLength: 3,
      minLength: 1,
    }),
  },
  { requiredKeys: ['key', 'value', 'timestampMs'] },
)
const lists = fc.array(fc.array(record, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 3,
})

function opened(bytes: Buffer): OpenBatch {
  const header = readBatchHeader(bytes, 0)
  const batch = header && openBatch(header, bytes)
  if (!batch) throw new Error('no batch')
  return batch
}

function decodeAll(batch: Buffer, fromOffset = 0): StoredRecord[] {
  const into: StoredRecord[] = []
  decodeRecords(opened(batch), fromOffset, { recordsLeft: 1e9, bytesLeft: 1e9 }, into)
  return into
}

function plain(one: LogRecord) {
  const buffer = (value: Uint8Array | string | null) =>
    value === null ? null : Buffer.from(value as string).toString('hex')
  return {
    key: buffer(one.key),
    value: buffer(one.value),
    timestampMs: one.timestampMs,
    headers: one.headers?.map(({ name, value }) => ({ name, value: buffer(value) })) ?? [],
  }
}

test('what is encoded is decoded again, at the stamped offsets', () => {
  fc.assert(
    fc.property(lists, fc.integer({ min: 0, max: 2 ** 48 }), (given, baseOffset) => {
      const records = given.flat()
      const batch = encodeRecordBatch(given)
      stampBaseOffset(batch, baseOffset)
      expect(isSoundBatch(batch)).toBe(true)
      expect(readBatchHeader(batch, 0)).toEqual({
        baseOffset,
        endOffset: baseOffset + records.length,
        sizeBytes: batch.length,
        keyNumber: 0,
        attributes: 0,
        baseTimestampMs: records[0]?.timestampMs,
        maxTimestampMs: Math.max(...records.map((one) => one.timestampMs)),
        producerId: -1,
        producerEpoch: -1,
        baseSequence: -1,
        recordCount: records.length,
      })
      expect(isWellFormed(opened(batch), false)).toBe(true)
      const decoded = decodeAll(batch)
      expect(decoded.map(plain)).toEqual(records.map(plain))
      expect(decoded.map((one) => one.offset)).toEqual(records.map((_, at) => baseOffset + at))
      const wanted = records[0]?.timestampMs ?? 0
      expect(findTimestamp(opened(batch), 0, wanted)?.offset).toBe(baseOffset)
    }),
    { seed: 7, numRuns: 500 },
  )
})

test('a changed byte behind the checksum is noticed', () => {
  const batch = encodeRecordBatch([[{ key: null, value: Buffer.from('value'), timestampMs: 5 }]])
  for (let at = 16; at < batch.length; at++) {
    const changed = Buffer.from(batch)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(isSoundBatch(changed)).toBe(false)
  }
  expect(isSoundBatch(batch.subarray(0, batch.length - 1))).toBe(false)
})

test('a budget of bytes stops the reading, but never before the first record', () => {
  const value = Buffer.alloc(100)
  const batch = encodeRecordBatch([
    Array.from({ length: 10 }, () => ({ key: null, value, timestampMs: 1 })),
  ])
  const into: StoredRecord[] = []
  decodeRecords(opened(batch), 3, { recordsLeft: 10, bytesLeft: 1 }, into)
  expect(into.map((one) => one.offset)).toEqual([3])
  const more: StoredRecord[] = []
  decodeRecords(opened(batch), 3, { recordsLeft: 10, bytesLeft: 330 }, more)
  expect(more.map((one) => one.offset)).toEqual([3, 4, 5])
})

/** Written by hand from the published format: a second source for the codec. */
test('the bytes are those of the Kafka format', () => {
  const batch = encodeRecordBatch([
    [{ key: Buffer.from('k'), value: Buffer.from('v'), timestampMs: 1000 }],
  ])
  expect(batch.toString('hex').replace(/^(.{34}).{8}/, '$1CRCCRCCR')).toBe(
    [
      '0000000000000000', // base offset
      '0000003a', // length
      '00000000', // leader epoch
      '02', // magic
      'CRCCRCCR',
      '0000', // attributes
      '00000000', // last offset delta
      '00000000000003e8', // base timestamp
      '00000000000003e8', // max timestamp
      'ffffffffffffffff', // producer id
      'ffff', // producer epoch
      'ffffffff', // base sequence
      '00000001', // count
      '10', // length 8
      '00', // attributes
      '00', // timestamp delta
      '00', // offset delta
      '026b', // key
      '0276', // value
      '00', // headers
    ].join(''),
  )
})

/** The only record of a batch, by the bytes of its numbers. */
function recordOf(given: {
  readonly time?: string
  readonly delta?: string
  readonly key?: string
  readonly headerCount?: string
}): OpenBatch {
  const { time = '00', delta = '00', key = '026b', headerCount = '00' } = given
  const body = Buffer.from(`00${time}${delta}${key}0276${headerCount}`, 'hex')
  const payload = Buffer.alloc(varintSize(body.length) + body.length)
  body.copy(payload, writeVarint(payload, body.length, 0))
  const header = readBatchHeader(makeBatch({ records: recordsOf(['v']) }), 0)
  if (!header) throw new Error('no header')
  return { header, payload, from: 0 }
}

describe('a record is broken', () => {
  const zeroOf = (size: number) => `${'80'.repeat(size - 1)}00`

  test.each(['time', 'delta', 'headerCount'])(
    'when its %s is a number of too many bytes',
    (field) => {
      for (const size of [1, 5, 10]) {
        expect(isWellFormed(recordOf({ [field]: zeroOf(size) }), true)).toBe(true)
      }
      for (const size of [11, 100, 151]) {
        expect(isWellFormed(recordOf({ [field]: zeroOf(size) }), true)).toBe(false)
      }
    },
  )

  test('when its length is a number of too many bytes', () => {
    const { header } = recordOf({})
    for (const size of [11, 150]) {
      const payload = Buffer.alloc(size, 0x80)
      expect(isWellFormed({ header, payload, from: 0 }, false)).toBe(false)
    }
  })

  test('when keys are needed and it has none, in however many bytes it says so', () => {
    for (const key of ['01', '8100', '818000']) {
      expect(isWellFormed(recordOf({ key }), false)).toBe(true)
      expect(isWellFormed(recordOf({ key }), true)).toBe(false)
    }
    expect(isWellFormed(recordOf({ key: '00' }), true)).toBe(true)
  })
})
