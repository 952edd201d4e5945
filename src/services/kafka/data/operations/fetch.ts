import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import { LEADER_EPOCH } from '../../topics/broker.ts'
import { NO_TOPIC_ID } from '../../topics/topic-id.ts'
import type { DataDeps } from '../data-deps.ts'
import { readFetched } from '../fetch-reads.ts'
import type { FetchedPartition, FetchWish } from '../fetch-sessions.ts'
import type { Fetched } from '../fetched.ts'
import { expired, fetchedOf, refused } from '../fetched.ts'
import { epochProblem } from '../leader-epoch.ts'
import { FETCH_BYTES_MAX } from '../limits.ts'

type Request = KafkaRequest<'fetch'>
type Response = KafkaResponse<'fetch'>
type WirePartition = Response['responses'][number]['partitions'][number]

const IDS_SINCE = 13
const COMMITTED = 1
const UNKNOWN_PLACES: ReadonlySet<KafkaErrorName> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
])

export const fetch: KafkaOperation<DataDeps, 'fetch'> = {
  name: 'fetch',
  async run(deps, request, context) {
    const usesIds = context.apiVersion >= IDS_SINCE
    const wish = deps.sessions.wishOf(context.connection, request, usesIds)
    if (typeof wish === 'string') return { errorCode: kafkaErrorCode(wish), responses: [] }
    const fetched = await resolve(deps, request, wish, usesIds, context)
    await readFetched(
      { ...deps, log: context.connection.log },
      {
        fetched,
        isolation: request.isolationLevel === COMMITTED ? 'committed' : 'uncommitted',
        bytesMax: Math.min(Math.max(request.maxBytes, 0), FETCH_BYTES_MAX),
        bytesMin: Math.min(request.minBytes, FETCH_BYTES_MAX),
        waitMs: request.maxWaitMs,
      },
      context.connection.signal,
    )
    return answer(deps, request, wish, fetched, usesIds, context)
  },
}

/** What is known of each partition before anything is read. */
async function resolve(
  deps: DataDeps,
  request: Request,
  wish: FetchWish,
  usesIds: boolean,
  context: KafkaContext,
): Promise<ReadonlyArray<Fetched>> {
  const topics = new Map<string, Topic | KafkaErrorName>()
  const fetched: Fetched[] = []
  for (const partition of wish.partitions) {
    let topic = topics.get(partition.topic)
    if (topic === undefined) {
      topic = isFollower(request)
        ? 'TOPIC_AUTHORIZATION_FAILED'
        : await findTopic(deps, partition.topic, usesIds, context)
      topics.set(partition.topic, topic)
    }
    fetched.push(typeof topic === 'string' ? refused(partition, topic) : placeOf(topic, partition))
  }
  return fetched
}

/** There is one broker, which nobody follows. */
function isFollower({ replicaId, replicaState }: Request): boolean {
  return replicaId >= 0 || replicaState.replicaId >= 0
}

async function findTopic(
  { topics, authorizer }: DataDeps,
  key: string,
  usesIds: boolean,
  { connection }: KafkaContext,
): Promise<Topic | KafkaErrorName> {
  const topic = usesIds
    ? await topics.findById(connection, key)
    : await topics.find(connection, key)
  const name = usesIds ? topic?.name : key
  if (name === undefined) return 'UNKNOWN_TOPIC_ID'
  if (!authorizer.allows(connection, 'read', { type: 'topic', name })) {
    return 'TOPIC_AUTHORIZATION_FAILED'
  }
  return topic ?? 'UNKNOWN_TOPIC_OR_PARTITION'
}

function placeOf(topic: Topic, partition: FetchedPartition): Fetched {
  const { number } = partition
  if (number < 0 || number >= topic.partitionCount) {
    return refused(partition, 'UNKNOWN_TOPIC_OR_PARTITION')
  }
  const problem = epochProblem(partition.currentLeaderEpoch)
  if (problem) return refused(partition, problem)
  const id = topic.partition(number)
  return id ? fetchedOf(partition, id, topic.isOpen(number)) : expired(partition)
}

function answer(
  { sessions, quotas }: DataDeps,
  request: Request,
  { session, isIncremental }: FetchWish,
  fetched: ReadonlyArray<Fetched>,
  usesIds: boolean,
  { connection, clientId }: KafkaContext,
): Response {
  const isCommitted = request.isolationLevel === COMMITTED
  const byTopic = new Map<string, WirePartition[]>()
  let bytes = 0
  for (const one of fetched) {
    if (isIncremental && !isNews(one)) continue
    bytes += one.bytes
    const { partition } = one
    if (session && one.bytes > 0) sessions.served(session, partition)
    // An error is told again in every answer.
    partition.toldEndOffset = one.error === 'NONE' ? one.endOffset : -1
    partition.toldStartOffset = one.startOffset
    const answers = byTopic.get(partition.topic)
    if (answers) answers.push(toWire(one, isCommitted))
    else byTopic.set(partition.topic, [toWire(one, isCommitted)])
  }
  return {
    throttleTimeMs: quotas.charge(connection, clientId ?? '', 'consumer_byte_rate', bytes),
    errorCode: 0,
    sessionId: session?.id ?? 0,
    responses: Array.from(byTopic, ([topic, partitions]) => ({
      topic: usesIds ? '' : topic,
      topicId: usesIds ? topic : NO_TOPIC_ID,
      partitions,
    })),
  }
}

function isNews({ partition, error, bytes, endOffset, startOffset, divergesAt }: Fetched): boolean {
  return (
    error !== 'NONE' ||
    bytes > 0 ||
    divergesAt !== undefined ||
    endOffset !== partition.toldEndOffset ||
    startOffset !== partition.toldStartOffset
  )
}

function toWire(one: Fetched, isCommitted: boolean): WirePartition {
  const { partition, error, endOffset, stableOffset, startOffset, batches, divergesAt } = one
  // Clients are told of no transactions where a place is not known, and of nothing where it is.
  const isRefused = UNKNOWN_PLACES.has(error)
  return {
    partitionIndex: partition.number,
    errorCode: kafkaErrorCode(error),
    highWatermark: endOffset,
    lastStableOffset: stableOffset,
    logStartOffset: startOffset,
    abortedTransactions: isRefused || (isCommitted && error === 'NONE') ? one.aborted : null,
    records: batches,
    ...(divergesAt !== undefined && {
      divergingEpoch: { epoch: LEADER_EPOCH, endOffset: divergesAt },
    }),
  }
}
