import { EngineError } from '../../base/errors.ts'
import type { StoredRecord } from '../log/port.ts'
import { isSoundBatch, readBatchHeader } from '../log/segment/record-batch.ts'
import { decodeRecords, openBatch } from '../log/segment/record-decode.ts'
import type { KafkaCluster, KafkaPartition } from './kafka-cluster.ts'
import { KafkaFault } from './kafka-fault.ts'
import { atLeader, fetchPartitions } from './partition-requests.ts'

/** Records of a topic of our own, as they follow one another. */
export interface RecordsRead {
  /** Their keys and values are views. */
  readonly records: ReadonlyArray<KafkaRecord>
  readonly nextOffset: number
}

export interface KafkaRecord extends StoredRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

const BYTES_MAX = 4 << 20

/** Records from an offset on at which there are some. */
export function readRecords(
  cluster: KafkaCluster,
  place: KafkaPartition,
  offset: number,
): Promise<RecordsRead> {
  return atLeader(cluster, place, undefined, async () => {
    const read = await pollRecords(cluster, place, offset, 0)
    // A new leader learns a moment later what was visible at the one before.
    if (read.nextOffset === offset) throw new KafkaFault('OFFSET_NOT_AVAILABLE', place.topic)
    return read
  })
}

/** As `readRecords`, once: waits for the first record, and answers none when none came. */
export async function pollRecords(
  cluster: KafkaCluster,
  place: KafkaPartition,
  offset: number,
  waitMs: number,
): Promise<RecordsRead> {
  const wishes = [{ ...place, offset, bytesMax: BYTES_MAX }]
  const broker = await cluster.leaderOf(place)
  const lane = waitMs > 0 ? 'poll-0' : 'main'
  const [answer] = await fetchPartitions(cluster, broker, wishes, { lane, waitMs })
  if (answer?.code !== 'NONE') {
    throw new KafkaFault(answer?.code ?? 'UNKNOWN_SERVER_ERROR', `records of ${place.topic}`)
  }
  return decodeAll(answer.records, offset)
}

function decodeAll(bytes: Buffer, offset: number): RecordsRead {
  const records: StoredRecord[] = []
  let nextOffset = offset
  for (let at = 0; ; ) {
    const header = readBatchHeader(bytes, at)
    if (!header || at + header.sizeBytes > bytes.length) break
    const batch = bytes.subarray(at, at + header.sizeBytes)
    at += header.sizeBytes
    const open = isSoundBatch(batch) ? openBatch(header, batch) : undefined
    if (!open) {
      throw new EngineError('corrupt', `the batch at offset ${header.baseOffset} is damaged`)
    }
    const budget = { recordsLeft: Number.POSITIVE_INFINITY, bytesLeft: Number.POSITIVE_INFINITY }
    decodeRecords(open, offset, budget, records)
    nextOffset = Math.max(nextOffset, header.endOffset)
  }
  return { records: records as KafkaRecord[], nextOffset }
}
