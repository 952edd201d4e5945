import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWorld, KEY, PROVISIONED } from '../../../test/support/kinesis-world.ts'
import { aggregate, bytesField, sealed } from '../../../test/support/kpl-aggregate.ts'
import { deaggregate } from './aggregation.ts'
import { AGGREGATED_RECORDS_MAX } from './limits.ts'
import { streamArn } from './stream.ts'

const userRecord = fc.record(
  {
    partitionKey: fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }),
    explicitHashKey: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String),
    data: fc.uint8Array({ maxLength: 300 }),
  },
  { requiredKeys: ['partitionKey', 'data'] },
)
const userRecords = fc.array(userRecord, { minLength: 1, maxLength: 200 })

function plain(records: ReturnType<typeof deaggregate>) {
  return records?.map(({ data, ...rest }) => ({ ...rest, data: Buffer.from(data).toString('hex') }))
}

test('what was aggregated is taken apart as it was', () => {
  fc.assert(
    fc.property(userRecords, (records) => {
      expect(plain(deaggregate(aggregate(records)))).toEqual(plain(records))
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('anything that is changed, cut or lengthened is a plain record', () => {
  const place = fc.nat(1_000_000)
  fc.assert(
    fc.property(userRecords, place, fc.integer({ min: 1, max: 255 }), (records, at, change) => {
      const bytes = aggregate(records)
      const changed = Buffer.from(bytes)
      changed.writeUInt8((changed.readUInt8(at % bytes.length) + change) % 256, at % bytes.length)
      expect(deaggregate(changed)).toBeUndefined()
      expect(deaggregate(bytes.subarray(0, at % bytes.length))).toBeUndefined()
      expect(deaggregate(Buffer.concat([bytes, Buffer.from([change])]))).toBeUndefined()
    }),
    { seed: 2, numRuns: 300 },
  )
})

test('any message with a right checksum is taken apart, or is a plain record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
      const records = deaggregate(sealed(message))
      if (records) expect(records.length).toBeGreaterThan(0)
    }),
    { seed: 3, numRuns: 5000 },
  )
})

test('indexes beyond the tables, missing members and fields of another type make it plain', () => {
  const key = bytesField(1, Buffer.from('k'))
  const data = bytesField(3, Buffer.from('x'))
  const record = (...parts: ReadonlyArray<Uint8Array>) => bytesField(3, Buffer.concat(parts))
  const of = (...parts: ReadonlyArray<Uint8Array>) => deaggregate(sealed(Buffer.concat(parts)))
  const index = (number: number, value: number) => Buffer.from([number * 8, value])
  expect(of(key, record(index(1, 0), data))).toHaveLength(1)
  // Tags, and fields that a later version may add, are passed over.
  const later = Buffer.concat([Buffer.from([9 * 8 + 1]), Buffer.alloc(8), index(10, 5)])
  expect(of(key, later, record(index(1, 0), data, bytesField(4, data), later))).toHaveLength(1)
  expect(of(key, record(index(1, 1), data))).toBeUndefined()
  expect(of(key, record(index(1, 0), index(2, 0), data))).toBeUndefined()
  expect(of(key, record(index(1, 0)))).toBeUndefined()
  expect(of(key, record(data))).toBeUndefined()
  expect(of(key, record(bytesField(1, data), data))).toBeUndefined()
  expect(of(bytesField(1, Buffer.from([0xff])), record(index(1, 0), data))).toBeUndefined()
  expect(of(key, index(3, 1))).toBeUndefined()
  expect(of(key)).toBeUndefined()
  expect(of(key, Buffer.from([0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]))).toBe(
    undefined,
  )
})

test('an aggregate has a bounded number of records', () => {
  const key = bytesField(1, Buffer.from('k'))
  const record = bytesField(3, Buffer.from([8, 0, 26, 0]))
  const of = (count: number) =>
    deaggregate(sealed(Buffer.concat([key, ...Array.from({ length: count }, () => record)])))
  expect(of(AGGREGATED_RECORDS_MAX)).toHaveLength(AGGREGATED_RECORDS_MAX)
  expect(of(AGGREGATED_RECORDS_MAX + 1)).toBeUndefined()
})

test('a reader inside the house takes aggregates apart when it asks for it', async () => {
  const world = await createWorld()
  await world.streams.create(KEY, { ...PROVISIONED, shardCount: 1 })
  const data = aggregate([
    { partitionKey: 'a', data: Buffer.from('1') },
    { partitionKey: 'b', data: Buffer.from('2') },
  ])
  const entries = [
    { partitionKey: 'outer', data },
    { partitionKey: 'plain', data: Buffer.from('3') },
  ]
  await world.producer.put(KEY, entries, () => 'data')
  const request = { offset: 0, recordsMax: 10, bytesMax: 1e6 }
  const read = (more: object) =>
    world.reader.read(streamArn(KEY), 'shardId-000000000000', { ...request, ...more })
  const whole = await read({})
  expect(whole.records.map(({ partitionKey }) => partitionKey)).toEqual(['outer', 'plain'])
  const { records, nextOffset } = await read({ deaggregates: true })
  expect(nextOffset).toBe(2)
  expect(
    records.map((record) => [record.offset, record.subSequenceNumber, record.partitionKey]),
  ).toEqual([
    [0, 0, 'a'],
    [0, 1, 'b'],
    [1, undefined, 'plain'],
  ])
  expect(new Set(records.map(({ sequenceNumber }) => sequenceNumber)).size).toBe(2)
})
