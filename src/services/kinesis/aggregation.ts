import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { AGGREGATED_RECORDS_MAX } from './limits.ts'

/*
 * Aggregates of the Kinesis Producer Library: many records of a producer in one of the stream
 * (aggregation-format.md of awslabs/amazon-kinesis-producer). Behind four bytes of magic stands a
 * protobuf message, and behind that its MD5:
 *
 *     1 partition_key_table, texts         3 records, each of
 *     2 explicit_hash_key_table, texts         1 partition_key_index  2 explicit_hash_key_index
 *                                              3 data                 4 tags
 */

/** One record of an aggregate, in the order of the producer: its place is its sub-sequence number. */
export interface UserRecord {
  readonly partitionKey: string
  readonly explicitHashKey?: string
  readonly data: Uint8Array
}

const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2])
const DIGEST_BYTES = 16

/**
 * The records of an aggregate; undefined for anything else, broken aggregates included: those are
 * records like others. All records are answered, also those whose key belongs to another shard by now.
 */
export function deaggregate(data: Uint8Array): ReadonlyArray<UserRecord> | undefined {
  if (data[0] !== MAGIC[0] || data.length <= MAGIC.length + DIGEST_BYTES) return undefined
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  const message = bytes.subarray(MAGIC.length, -DIGEST_BYTES)
  if (
    hash('md5', message, 'binary') !== bytes.latin1Slice(bytes.length - DIGEST_BYTES, bytes.length)
  ) {
    return undefined
  }
  return readAggregate(message)
}

interface WireRecord {
  readonly key: number
  readonly hash: number | undefined
  readonly data: Uint8Array
}

function readAggregate(message: Buffer): ReadonlyArray<UserRecord> | undefined {
  const keys: string[] = []
  const hashes: string[] = []
  const records: WireRecord[] = []
  for (const { number, value } of fieldsOf(message)) {
    if (typeof value === 'number') {
      if (number >= 1 && number <= 3) return undefined
    } else if (number === 1 || number === 2) {
      if (!isUtf8(value)) return undefined
      const table = number === 1 ? keys : hashes
      table.push(value.utf8Slice(0, value.length))
    } else if (number === 3) {
      const record = records.length < AGGREGATED_RECORDS_MAX ? readRecord(value) : undefined
      if (!record) return undefined
      records.push(record)
    } else if (number === BROKEN) return undefined
  }
  return records.length > 0 ? withKeys(records, keys, hashes) : undefined
}

function withKeys(
  records: ReadonlyArray<WireRecord>,
  keys: ReadonlyArray<string>,
  hashes: ReadonlyArray<string>,
): ReadonlyArray<UserRecord> | undefined {
  const made: UserRecord[] = []
  for (const { key, hash: hashIndex, data } of records) {
    const partitionKey = keys[key]
    if (partitionKey === undefined) return undefined
    if (hashIndex === undefined) {
      made.push({ partitionKey, data })
      continue
    }
    const explicitHashKey = hashes[hashIndex]
    if (explicitHashKey === undefined) return undefined
    made.push({ partitionKey, explicitHashKey, data })
  }
  return made
}

function readRecord(message: Buffer): WireRecord | undefined {
  let key: number | undefined
  let hashIndex: number | undefined
  let data: Buffer | undefined
  for (const { number, value } of fieldsOf(message)) {
    if (number === BROKEN) return undefined
    if (number === 1 && typeof value === 'number') key = value
    else if (number === 2 && typeof value === 'number') hashIndex = value
    else if (number === 3 && typeof value !== 'number') data = value
    else if (number >= 1 && number <= 3) return undefined
  }
  return key === undefined || data === undefined ? undefined : { key, hash: hashIndex, data }
}

interface Field {
  readonly number: number
  readonly value: number | Buffer
}

/** The number of the last field of a message that is none. */
const BROKEN = -1
const NOTHING = Buffer.alloc(0)

/** The fields of a protobuf message: numbers and bytes. Fixed-width ones are passed over as bytes. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0
  /** -1 for what is no number within 53 bits. */
  function varint(): number {
    let value = 0
    for (let shift = 0; at < message.length && shift < 53; shift += 7) {
      const byte = message[at++] as number
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return Number.isSafeInteger(value) ? value : -1
    }
    return -1
  }
  function lengthOf(wireType: number): number {
    if (wireType === 1) return 8
    if (wireType === 5) return 4
    return wireType === 2 ? varint() : -1
  }
  while (at < message.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    if (tag % 8 === 0 && number > 0) {
      const value = varint()
      yield value < 0 ? { number: BROKEN, value: NOTHING } : { number, value }
      if (value < 0) return
      continue
    }
    const length = number > 0 ? lengthOf(tag % 8) : -1
    if (length < 0 || at + length > message.length) {
      yield { number: BROKEN, value: NOTHING }
      return
    }
    yield { number, value: message.subarray(at, at + length) }
    at += length
  }
}
