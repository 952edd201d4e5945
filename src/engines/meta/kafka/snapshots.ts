import { EngineError } from '../../../base/errors.ts'
import type { KafkaCluster, KafkaPartition } from '../../kafka-client/kafka-cluster.ts'
import { isOutOfRange } from '../../kafka-client/kafka-fault.ts'
import {
  deleteRecordsBefore,
  EARLIEST,
  findOffset,
  LATEST,
} from '../../kafka-client/partition-requests.ts'
import type { RecordProducer } from '../../kafka-client/record-producer.ts'
import type { KafkaRecord } from '../../kafka-client/record-reader.ts'
import { readRecords } from '../../kafka-client/record-reader.ts'
import type { LogRecord } from '../../log/port.ts'
import type { MetaEntry } from '../port.ts'
import { createByteReader, createByteWriter } from './bytes.ts'
import type { StateImage } from './state-machine.ts'

/**
 * Images of the state in a topic of their own, so that a node that starts reads one of them and the
 * commands behind it, not all commands that ever were. One that goes further takes the place of those
 * that go less far, however late a node writes them.
 */
export interface Snapshots {
  /** When it resolves, a whole one that goes as far or further is there for good. */
  write(name: string, image: StateImage): Promise<void>
  /** The whole one that goes furthest; undefined when there is none. */
  read(): Promise<StateImage | undefined>
}

/*
 *     snapshot = first, part*, last       records, each with the snapshot's name as its key
 *     first    = 1 u8, nextOffset u64, bytesSinceClaim u64
 *     part     = 2 u8, (key bytes, version u64, value bytes)*
 *     last     = 3 u8, count of entries u32
 */
const FIRST = 1
const PART = 2
const LAST = 3
const PART_BYTES = 512 << 10

/** How often reading begins anew because others trim what is read. */
const READ_TRIES = 10

interface Building extends StateImage {
  readonly entries: MetaEntry[]
}

/** Where a snapshot begins, and how far it goes. */
interface Extent {
  readonly firstOffset: number
  readonly nextOffset: number
}

export function createSnapshots(deps: {
  readonly cluster: KafkaCluster
  readonly producer: RecordProducer
  readonly place: KafkaPartition
  wallMs(): number
}): Snapshots {
  const { cluster, producer, place } = deps

  async function append(name: string, value: Buffer): Promise<number> {
    const record: LogRecord = { key: Buffer.from(name), value, timestampMs: deps.wallMs() }
    return (await producer.append(place, [record])).baseOffset
  }

  async function* all(): AsyncIterable<KafkaRecord> {
    let offset = await findOffset(cluster, place, EARLIEST)
    const endOffset = await findOffset(cluster, place, LATEST)
    while (offset < endOffset) {
      const read = await readRecords(cluster, place, offset)
      yield* read.records
      offset = read.nextOffset
    }
  }

  /** Reads all that is there, from the beginning again when another node trims it meanwhile. */
  async function reading<T>(find: (records: AsyncIterable<KafkaRecord>) => Promise<T>): Promise<T> {
    for (let triesLeft = READ_TRIES; ; triesLeft--) {
      try {
        return await find(all())
      } catch (error) {
        if (!isOutOfRange(error) || triesLeft <= 1) throw error
      }
    }
  }

  return {
    async write(name, image) {
      const first = createByteWriter()
      first.uint8(FIRST)
      first.uint64(image.nextOffset)
      first.uint64(image.bytesSinceClaim)
      await append(name, first.finish())
      for (const part of partsOf(image.entries)) await append(name, part)
      const last = createByteWriter()
      last.uint8(LAST)
      last.uint32(image.entries.length)
      await append(name, last.finish())
      const needed = await reading(findNeeded)
      if (needed !== undefined) await deleteRecordsBefore(cluster, place, needed)
    },
    read: () => reading(findFurthest),
  }
}

/** Answers the whole snapshot that goes furthest. */
async function findFurthest(records: AsyncIterable<KafkaRecord>): Promise<Building | undefined> {
  const building = new Map<string, Building>()
  let furthest: Building | undefined
  for await (const { key, value } of records) {
    const whole = takeRecord(building, key?.toString() ?? '', value)
    if (whole && whole.nextOffset > (furthest?.nextOffset ?? -1)) furthest = whole
  }
  return furthest
}

/**
 * Answers before which offset nothing is needed: the beginning of the whole snapshot that goes
 * furthest, or of one before it that is being written and goes further still. Undefined when none is
 * whole.
 */
async function findNeeded(records: AsyncIterable<KafkaRecord>): Promise<number | undefined> {
  const begun = new Map<string, Extent>()
  let furthest: Extent | undefined
  for await (const { offset, key, value } of records) {
    const name = key?.toString() ?? ''
    const reader = createByteReader(value ?? Buffer.alloc(0))
    const kind = reader.uint8()
    if (kind === FIRST) begun.set(name, { firstOffset: offset, nextOffset: reader.uint64() })
    if (kind !== LAST) continue
    const whole = begun.get(name)
    begun.delete(name)
    if (whole && whole.nextOffset > (furthest?.nextOffset ?? -1)) furthest = whole
  }
  if (!furthest) return undefined
  let { firstOffset: needed } = furthest
  for (const { firstOffset, nextOffset } of begun.values()) {
    if (nextOffset > furthest.nextOffset) needed = Math.min(needed, firstOffset)
  }
  return needed
}

function* partsOf(entries: ReadonlyArray<MetaEntry>): Iterable<Buffer> {
  let writer = createByteWriter()
  let sizeBytes = 0
  writer.uint8(PART)
  for (const { key, value, version } of entries) {
    if (sizeBytes > 0 && sizeBytes + value.length > PART_BYTES) {
      yield writer.finish()
      writer = createByteWriter()
      writer.uint8(PART)
      sizeBytes = 0
    }
    writer.bytes(key)
    writer.uint64(version)
    writer.bytes(value)
    sizeBytes += key.length + value.length
  }
  if (sizeBytes > 0) yield writer.finish()
}

/** Answers the snapshot when this was its last record. */
function takeRecord(
  building: Map<string, Building>,
  name: string,
  value: Buffer | null,
): Building | undefined {
  const reader = createByteReader(value ?? Buffer.alloc(0))
  const kind = reader.uint8()
  if (kind === FIRST) {
    const nextOffset = reader.uint64()
    building.set(name, { nextOffset, bytesSinceClaim: reader.uint64(), entries: [] })
    return undefined
  }
  const one = building.get(name)
  // Its beginning went when a newer one was whole.
  if (!one) return undefined
  if (kind === PART) {
    while (!reader.isAtEnd()) {
      const key = Buffer.from(reader.bytes())
      const version = reader.uint64()
      one.entries.push({ key, version, value: Buffer.from(reader.bytes()) })
    }
    return undefined
  }
  building.delete(name)
  if (kind !== LAST || reader.uint32() !== one.entries.length) {
    throw new EngineError('corrupt', `the snapshot ${name} is not whole`)
  }
  return one
}
