import { crc32c } from '../checksum/crc32c.ts'

/** A record as a producer writes it; the tests make their batches by hand, as a second source. */
export interface MadeRecord {
  readonly key: string | null
  readonly value: string | null
  readonly timestampMs: number
}

export interface MadeBatch {
  readonly records: ReadonlyArray<MadeRecord>
  /** Id, epoch, first sequence number. */
  readonly producer?: readonly [number, number, number]
  readonly isTransactional?: boolean
  readonly codec?: number
  readonly compress?: (payload: Buffer) => Buffer
}

const TRANSACTIONAL = 0x10

/** A record batch (v2) with base offset 0, as producers send it. */
export function makeBatch(made: MadeBatch): Buffer {
  const { records, producer = [-1, -1, -1], codec = 0 } = made
  const baseMs = records[0]?.timestampMs ?? 0
  const plain = Buffer.concat(
    records.map((record, index) => {
      const body = Buffer.concat([
        Buffer.from([0]),
        varint(record.timestampMs - baseMs),
        varint(index),
        bytes(record.key),
        bytes(record.value),
        varint(0),
      ])
      return Buffer.concat([varint(body.length), body])
    }),
  )
  const payload = made.compress?.(plain) ?? plain
  const batch = Buffer.concat([Buffer.alloc(61), payload])
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt32BE(-1, 12)
  batch[16] = 2
  batch.writeInt16BE(codec | (made.isTransactional ? TRANSACTIONAL : 0), 21)
  batch.writeInt32BE(records.length - 1, 23)
  batch.writeBigInt64BE(BigInt(baseMs), 27)
  const maxMs = Math.max(...records.map(({ timestampMs }) => timestampMs))
  batch.writeBigInt64BE(BigInt(maxMs), 35)
  batch.writeBigInt64BE(BigInt(producer[0]), 43)
  batch.writeInt16BE(producer[1], 51)
  batch.writeInt32BE(producer[2], 53)
  batch.writeInt32BE(records.length, 57)
  return sealed(batch)
}

/** The batch with a checksum for what it has become. */
export function sealed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

/** The batch as the log gives it back. */
export function placed(batch: Buffer, baseOffset: number): Buffer {
  const copy = Buffer.from(batch)
  copy.writeBigInt64BE(BigInt(baseOffset), 0)
  copy.writeInt32BE(0, 12)
  return copy
}

/** One record of each value, a millisecond apart. */
export function recordsOf(values: ReadonlyArray<string>, timestampMs = 1000): MadeRecord[] {
  return values.map((value, index) => ({
    key: `key of ${value}`,
    value,
    timestampMs: timestampMs + index,
  }))
}

function bytes(text: string | null): Buffer {
  if (text === null) return varint(-1)
  const utf8 = Buffer.from(text)
  return Buffer.concat([varint(utf8.length), utf8])
}

function varint(value: number): Buffer {
  const out: number[] = []
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
  return Buffer.from([...out, Number(rest)])
}
