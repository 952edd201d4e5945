import { EngineError } from '../../../base/errors.ts'
import type { KafkaCluster, KafkaPartition } from '../../kafka-client/kafka-cluster.ts'
import {
  deleteRecordsBefore,
  EARLIEST,
  findOffset,
  LATEST,
} from '../../kafka-client/partition-requests.ts'
import type { RecordProducer } from '../../kafka-client/record-producer.ts'
import { readRecords } from '../../kafka-client/record-reader.ts'
import type { LogRecord } from '../../log/port.ts'
import type { MetaEntry } from '../port.ts'
import { createByteReader, createByteWriter } from './bytes.ts'
import type { StateImage } from './state-machine.ts'

/**
 * Images of the state in a topic of their own, so that a node that starts reads one of them and the
 * commands behind it, not all commands that ever were. A newer one takes the place of older ones.
 */
export interface Snapshots {
  write(name: string, image: StateImage): Promise<void>
  /** The newest whole one; undefined when there is none. */
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

interface Building {
  readonly nextOffset: number
  readonly bytesSinceClaim: number
  readonly entries: MetaEntry[]
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

  return {
    async write(name, image) {
      const first = createByteWriter()
      first.uint8(FIRST)
      first.uint64(image.nextOffset)
      first.uint64(image.bytesSinceClaim)
      const offset = await append(name, first.finish())
      for (const part of partsOf(image.entries)) await append(name, part)
      const last = createByteWriter()
      last.uint8(LAST)
      last.uint32(image.entries.length)
      await append(name, last.finish())
      await deleteRecordsBefore(cluster, place, offset)
    },
    async read() {
      const building = new Map<string, Building>()
      let newest: Building | undefined
      let offset = await findOffset(cluster, place, EARLIEST)
      const endOffset = await findOffset(cluster, place, LATEST)
      while (offset < endOffset) {
        const read = await readRecords(cluster, place, offset)
        for (const { key, value } of read.records) {
          const whole = takeRecord(building, key?.toString() ?? '', value)
          newest = whole ?? newest
        }
        offset = read.nextOffset
      }
      return newest
    },
  }
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
