import type { BatchBounds, BatchLog, PartitionId } from '../../../../engines/log/port.ts'
import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import { LEADER_EPOCH } from '../../topics/broker.ts'
import { failureOf } from '../../topics/failure.ts'
import type { DataDeps } from '../data-deps.ts'
import { epochProblem } from '../leader-epoch.ts'

type Wanted = KafkaRequest<'listOffsets'>['topics'][number]['partitions'][number]

/** What stands for places, instead of a time. */
const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const specialSince: ReadonlyMap<number, number> = new Map([
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
])
const COMMITTED = 1
const UNKNOWN = -1

interface Found {
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

const NOTHING: Found = { offset: UNKNOWN, timestamp: UNKNOWN, leaderEpoch: UNKNOWN }

export const listOffsets: KafkaOperation<DataDeps, 'listOffsets'> = {
  name: 'listOffsets',
  async run(deps, { topics, isolationLevel }, context) {
    const { connection } = context
    const isCommitted = isolationLevel === COMMITTED
    const counts = countsOf(topics)
    const answers = topics.map(async ({ name, partitions }) => {
      const may = deps.authorizer.allows(connection, 'describe', { type: 'topic', name })
      const topic = may ? await deps.topics.find(connection, name) : undefined
      const found = partitions.map((wanted) => {
        if (!may) return failed(wanted, 'TOPIC_AUTHORIZATION_FAILED')
        const isTwice = (counts.get(`${name}/${wanted.partitionIndex}`) ?? 0) > 1
        return isTwice
          ? failed(wanted, 'INVALID_REQUEST')
          : look(deps, topic, wanted, isCommitted, context)
      })
      return { name, partitions: await Promise.all(found) }
    })
    return { topics: await Promise.all(answers) }
  },
}

/** How often each partition is asked for. */
function countsOf(topics: KafkaRequest<'listOffsets'>['topics']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { name, partitions } of topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}/${partitionIndex}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return counts
}

async function look(
  { batches }: DataDeps,
  topic: Topic | undefined,
  wanted: Wanted,
  isCommitted: boolean,
  { connection, apiVersion }: KafkaContext,
) {
  const { partitionIndex, currentLeaderEpoch, timestamp } = wanted
  if (!topic || partitionIndex < 0 || partitionIndex >= topic.partitionCount) {
    return failed(wanted, 'UNKNOWN_TOPIC_OR_PARTITION')
  }
  const epoch = epochProblem(currentLeaderEpoch)
  if (epoch) return failed(wanted, epoch)
  if (!isServed(timestamp, apiVersion)) return failed(wanted, 'UNSUPPORTED_VERSION')
  try {
    const id = topic.partition(partitionIndex)
    const found = id ? await find(batches, id, timestamp, isCommitted) : ofExpired(timestamp)
    return { partitionIndex, errorCode: 0, ...found }
  } catch (error) {
    return failed(wanted, failureOf(error, connection.log).error)
  }
}

async function find(
  batches: BatchLog,
  id: PartitionId,
  timestamp: number,
  isCommitted: boolean,
): Promise<Found> {
  const bounds = await batches.bounds(id)
  if (timestamp === LATEST) return at(endFor(bounds, isCommitted))
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL) return at(bounds.startOffset)
  if (timestamp === LATEST_TIERED) return NOTHING
  const found =
    timestamp === MAX_TIMESTAMP
      ? await batches.maxTimestamp(id)
      : await batches.offsetAt(id, timestamp)
  if (!found || found.offset >= endFor(bounds, isCommitted)) return NOTHING
  return { offset: found.offset, timestamp: found.timestampMs, leaderEpoch: LEADER_EPOCH }
}

/** What stands for a place does so from some version on; before, it is a time that never was. */
function isServed(timestamp: number, apiVersion: number): boolean {
  return timestamp >= EARLIEST || apiVersion >= (specialSince.get(timestamp) ?? Infinity)
}

function endFor({ endOffset, stableOffset }: BatchBounds, isCommitted: boolean): number {
  return isCommitted ? stableOffset : endOffset
}

/** A shard whose records have all expired is a partition without any. */
function ofExpired(timestamp: number): Found {
  return [LATEST, EARLIEST, EARLIEST_LOCAL].includes(timestamp) ? at(0) : NOTHING
}

function at(offset: number): Found {
  return { offset, timestamp: UNKNOWN, leaderEpoch: LEADER_EPOCH }
}

function failed({ partitionIndex }: Wanted, error: KafkaErrorName) {
  return { partitionIndex, errorCode: kafkaErrorCode(error), ...NOTHING }
}
