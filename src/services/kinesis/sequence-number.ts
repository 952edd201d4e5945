// Hot: one number a record is made here, by sums of digits instead of wide integers.

/*
 * AWS: a sequence number (version 2), as 47 hexadecimal digits behind one another (kinesalite,
 * db/index.js), sent as a decimal number, always of 56 digits:
 *
 *     2, creation second of the shard (9), shard number modulo 16 (1), counter (16), 00,
 *     second of the put (9), shard number (8), 2
 *
 * The counter is the offset of the record plus one, so the order is that of the offsets, and the
 * first number of a shard, with counter 0, lies before all of its records.
 */
export interface SequenceNumber {
  readonly createdSecond: number
  readonly shardNumber: number
  /** Up to 2^63-1: the ending number of a closed shard has that. */
  readonly counter: bigint
  readonly second: number
}

/** What the sequence numbers of a shard begin with. */
export interface SequenceOrigin {
  readonly number: number
  readonly createdMs: number
}

export const COUNTER_MAX = 2n ** 63n - 1n
/** Records that Kafka's producers write may have any time; the number has room for this one. */
const SECOND_MAX = 2 ** 36 - 1
const HEX_DIGITS = 47
const DECIMAL_DIGITS = 56
/** 2^80, by which the numbers of neighbouring offsets differ, lowest digit first. */
const STEP = Array.from(String(2n ** 80n), Number).reverse()
const ZERO = 0x30

export function encodeSequenceNumber(parts: SequenceNumber): string {
  const { createdSecond, shardNumber, counter, second } = parts
  const hex = [
    '2',
    createdSecond.toString(16).padStart(9, '0'),
    (shardNumber % 16).toString(16),
    counter.toString(16).padStart(16, '0'),
    '00',
    second.toString(16).padStart(9, '0'),
    shardNumber.toString(16).padStart(8, '0'),
    '2',
  ].join('')
  return BigInt(`0x${hex}`).toString()
}

/** Undefined for anything that no shard could have given out. */
export function decodeSequenceNumber(text: string): SequenceNumber | undefined {
  if (!/^[1-9]\d{55}$/.test(text)) return undefined
  const hex = BigInt(text).toString(16)
  if (hex.length !== HEX_DIGITS || hex[0] !== '2' || !hex.endsWith('2')) return undefined
  const counter = BigInt(`0x${hex.slice(11, 27)}`)
  const shardNumber = Number.parseInt(hex.slice(38, 46), 16)
  if (counter > COUNTER_MAX || shardNumber > 0x7fffffff) return undefined
  return {
    createdSecond: Number.parseInt(hex.slice(1, 10), 16),
    shardNumber,
    counter,
    second: Number.parseInt(hex.slice(29, 38), 16),
  }
}

/** The number before all records of the shard. */
export function startingSequenceNumber(origin: SequenceOrigin): string {
  return encodeSequenceNumber(partsOf(origin, 0n, secondOf(origin.createdMs)))
}

/** The number behind all records of a shard that was closed then. */
export function endingSequenceNumber(origin: SequenceOrigin, closedMs: number): string {
  return encodeSequenceNumber(partsOf(origin, COUNTER_MAX, secondOf(closedMs)))
}

/** The number of the record at this offset. */
export function sequenceNumberOf(
  origin: SequenceOrigin,
  record: { readonly offset: number; readonly arrivalMs: number },
): string {
  const counter = BigInt(record.offset) + 1n
  return encodeSequenceNumber(partsOf(origin, counter, secondOf(record.arrivalMs)))
}

/** The numbers of `count` records from `offset` on that arrived in the same second. */
export function sequenceNumbersOf(
  origin: SequenceOrigin,
  records: { readonly offset: number; readonly arrivalMs: number; readonly count: number },
): string[] {
  const first = sequenceNumberOf(origin, records)
  const numbers = [first]
  if (records.count === 1) return numbers
  const digits = Buffer.from(first, 'latin1')
  for (let index = 1; index < records.count; index++) {
    addStep(digits)
    numbers.push(digits.latin1Slice(0, DECIMAL_DIGITS))
  }
  return numbers
}

function addStep(digits: Buffer): void {
  let at = DECIMAL_DIGITS - 1
  let carry = 0
  for (let place = 0; place < STEP.length; place++, at--) {
    const sum = (digits[at] as number) + (STEP[place] as number) + carry
    carry = sum > ZERO + 9 ? 1 : 0
    digits[at] = sum - 10 * carry
  }
  for (; carry > 0; at--) {
    const sum = (digits[at] as number) + carry
    carry = sum > ZERO + 9 ? 1 : 0
    digits[at] = sum - 10 * carry
  }
}

/** The offset of the first record that does not come before this number. */
export function offsetOf(sequence: SequenceNumber): number {
  const offset = sequence.counter - 1n
  return offset < 0n ? 0 : Number(offset)
}

/** The offset of the first record that comes after this number. */
export function offsetAfter(sequence: SequenceNumber): number {
  return Number(sequence.counter)
}

export function secondOf(ms: number): number {
  return Math.floor(ms / 1000)
}

function partsOf(origin: SequenceOrigin, counter: bigint, second: number): SequenceNumber {
  return {
    createdSecond: secondOf(origin.createdMs),
    shardNumber: origin.number,
    counter,
    second: Math.min(Math.max(second, 0), SECOND_MAX),
  }
}
