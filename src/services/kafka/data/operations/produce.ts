// Hot: one append a partition; nothing is done for a record.
import { EngineError } from '../../../../base/errors.ts'
import type { BatchAppended, PartitionId } from '../../../../engines/log/port.ts'
import type { KafkaRequest, KafkaResponse } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode, kafkaErrorName } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext, KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { Topic } from '../../parts.ts'
import type { Failure } from '../../topics/failure.ts'
import { failureOf, kafkaError } from '../../topics/failure.ts'
import type { TopicSettings } from '../../topics/topic-settings.ts'
import { isTransactional, maxTimestampOf, producerEpochOf, producerIdOf } from '../batch-header.ts'
import type { DataDeps } from '../data-deps.ts'
import { recordsProblem } from '../produce-check.ts'

type Request = KafkaRequest<'produce'>
type Wanted = Request['topicData'][number]['partitionData'][number]
type Answer = KafkaResponse<'produce'>['responses'][number]['partitionResponses'][number]

const ALL_REPLICAS = -1
const UNKNOWN = -1
/** From this version on clients know that such an error is cured by aborting (KIP-890). */
const ABORTABLE_SINCE = 11
const NONE: ReadonlyArray<never> = []

export const produce: KafkaOperation<DataDeps, 'produce'> = {
  name: 'produce',
  async run(deps, request, context) {
    const turn = deps.turns.take(context.connection)
    let answers: ReadonlyArray<ReadonlyArray<Promise<Answer> | Answer>>
    try {
      const topics = await findTopics(deps, request, context)
      await turn.before
      answers = topics.map((topic, index) => appendAll(deps, request, index, topic, context))
    } finally {
      turn.end()
    }
    const responses = []
    for (const [index, partitions] of answers.entries()) {
      const name = request.topicData[index]?.name ?? ''
      responses.push({ name, partitionResponses: await Promise.all(partitions) })
    }
    const throttleTimeMs = charge(deps, request, context)
    if (request.acks !== 0) return { responses, throttleTimeMs }
    refuseSilently(responses)
    return undefined
  },
}

/**
 * Who wants no answer is told of a failure by the end of the connection, as with Apache Kafka: that is
 * what the listener makes of it, and what has the client look for the topic again.
 */
function refuseSilently(
  responses: ReadonlyArray<{ readonly partitionResponses: ReadonlyArray<Answer> }>,
): void {
  for (const { partitionResponses } of responses) {
    const failed = partitionResponses.find(({ errorCode }) => errorCode !== 0)
    if (failed) throw kafkaError(kafkaErrorName(failed.errorCode), failed.errorMessage ?? '')
  }
}

function findTopics({ topics }: DataDeps, { topicData }: Request, { connection }: KafkaContext) {
  const [first] = topicData
  if (topicData.length === 1 && first) return Promise.all([topics.find(connection, first.name)])
  return Promise.all(topicData.map(({ name }) => topics.find(connection, name)))
}

/** Begins the appends of one topic, all in this turn, so that they are in the order of the requests. */
function appendAll(
  deps: DataDeps,
  request: Request,
  index: number,
  topic: Topic | undefined,
  context: KafkaContext,
): ReadonlyArray<Promise<Answer> | Answer> {
  const { name = '', partitionData = [] } = request.topicData[index] ?? {}
  const refusal = topicRefusal(deps, request, name, topic, context)
  if (refusal || !topic) {
    const failure = refusal ?? { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: null }
    return partitionData.map((wanted) => failed(wanted, failure))
  }
  const settings = deps.settingsOf(topic.stream)
  return partitionData.map((wanted) => append(deps, request, { wanted, topic, settings }, context))
}

function topicRefusal(
  { authorizer, settingsOf }: DataDeps,
  { acks, transactionalId }: Request,
  name: string,
  topic: Topic | undefined,
  { connection }: KafkaContext,
): Failure | undefined {
  if (!isAcks(acks)) return failure('INVALID_REQUIRED_ACKS')
  if (
    transactionalId !== null &&
    !authorizer.allows(connection, 'write', { type: 'transactional-id', name: transactionalId })
  ) {
    return failure('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  }
  if (!authorizer.allows(connection, 'write', { type: 'topic', name })) {
    return failure('TOPIC_AUTHORIZATION_FAILED')
  }
  if (!topic) return failure('UNKNOWN_TOPIC_OR_PARTITION')
  const { insyncReplicasMin } = settingsOf(topic.stream)
  return acks === ALL_REPLICAS && insyncReplicasMin > 1 ? failure('NOT_ENOUGH_REPLICAS') : undefined
}

interface Place {
  readonly wanted: Wanted
  readonly topic: Topic
  readonly settings: TopicSettings
}

/** Begins the append before it first waits. */
async function append(
  deps: DataDeps,
  request: Request,
  place: Place,
  context: KafkaContext,
): Promise<Answer> {
  const { wanted, topic, settings } = place
  const id = topic.partition(wanted.index)
  if (!topic.isOpen(wanted.index) || !id) return failed(wanted, closedOrUnknown(place))
  try {
    const nowMs = deps.clock.wallMs()
    const { apiVersion } = context
    const problem =
      recordsProblem(wanted.records, settings, { apiVersion, nowMs }) ??
      transactionProblem(deps, request, wanted, id, context)
    if (problem || wanted.records === null) {
      return failed(wanted, problem ?? failure('INVALID_RECORD'))
    }
    const options = settings.stampsAppendTime ? { appendTimeMs: nowMs } : undefined
    const appended = await deps.batches.append(id, wanted.records, options)
    const logStartOffset = await startOf(deps, id)
    return answerOf(wanted, appended, options?.appendTimeMs ?? UNKNOWN, logStartOffset)
  } catch (error) {
    return failed(wanted, logFailure(error, place) ?? failureOf(error, context.connection.log))
  }
}

/** A transactional batch has to be of the open transaction of the request, in this very turn. */
function transactionProblem(
  { gate }: DataDeps,
  { transactionalId }: Request,
  { records }: Wanted,
  id: PartitionId,
  { connection, apiVersion }: KafkaContext,
): Failure | undefined {
  if (records === null || !isTransactional(records)) return undefined
  if (transactionalId === null) return failure('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  const producer = { producerId: producerIdOf(records), producerEpoch: producerEpochOf(records) }
  const admitted = gate.admit(connection, transactionalId, producer, id)
  if (admitted === 'none') return undefined
  const isCured = admitted === 'INVALID_TXN_STATE' && apiVersion >= ABORTABLE_SINCE
  return failure(isCured ? 'TRANSACTION_ABORTABLE' : admitted)
}

const outcomes: Readonly<
  Record<Exclude<BatchAppended['outcome'], 'appended' | 'duplicate'>, KafkaErrorName>
> = {
  'out-of-order-sequence-number': 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'duplicate-sequence-number': 'DUPLICATE_SEQUENCE_NUMBER',
  'invalid-producer-epoch': 'INVALID_PRODUCER_EPOCH',
}

function answerOf(
  wanted: Wanted,
  appended: BatchAppended,
  logAppendTimeMs: number,
  logStartOffset: number,
): Answer {
  if (appended.outcome !== 'appended' && appended.outcome !== 'duplicate') {
    return failed(wanted, failure(outcomes[appended.outcome]))
  }
  const { index, records } = wanted
  const { baseOffset, outcome } = appended
  const known = outcome === 'duplicate' && logAppendTimeMs === UNKNOWN
  return {
    ...{ index, errorCode: 0, baseOffset, logStartOffset, recordErrors: NONE },
    // Of a batch that is there already, the time that it has is told, as by Apache Kafka.
    logAppendTimeMs: known && records !== null ? maxTimestampOf(records) : logAppendTimeMs,
  }
}

/** What was written stays written, even where the partition is gone a moment later. */
async function startOf({ batches }: DataDeps, id: PartitionId): Promise<number> {
  try {
    return (await batches.bounds(id)).startOffset
  } catch (error) {
    if (error instanceof EngineError) return UNKNOWN
    throw error
  }
}

/** What the log says in words of its own; undefined for what is no answer to these records. */
function logFailure(error: unknown, place: Place): Failure | undefined {
  if (!(error instanceof EngineError)) return undefined
  const { kind, message } = error
  if (kind === 'corrupt') return { error: 'CORRUPT_MESSAGE', message }
  // It was closed a moment ago.
  if (kind === 'conflict') return closed(place)
  if (kind !== 'invalid') return undefined
  const { wanted, settings } = place
  if (settings.isCompacted) return { error: 'INVALID_RECORD', message }
  const hasProducer = wanted.records !== null && producerIdOf(wanted.records) >= 0
  return { error: hasProducer ? 'INVALID_TXN_STATE' : 'MESSAGE_TOO_LARGE', message }
}

/**
 * A closed shard never takes a record again, so the error is one that clients give up on at once, with
 * the reason: after NOT_LEADER_OR_FOLLOWER they would try the same again for minutes.
 */
function closed({ topic: { name }, wanted: { index } }: Place): Failure {
  const message =
    `Partition ${index} of '${name}' is a shard that was split or merged: it is read, not written. ` +
    'To have more partitions that are written, use CreatePartitions.'
  return { error: 'POLICY_VIOLATION', message }
}

function closedOrUnknown(place: Place): Failure {
  const { topic, wanted } = place
  const isThere = wanted.index >= 0 && wanted.index < topic.partitionCount
  return isThere ? closed(place) : failure('UNKNOWN_TOPIC_OR_PARTITION')
}

function isAcks(acks: number): boolean {
  return acks === 0 || acks === 1 || acks === ALL_REPLICAS
}

function failure(error: KafkaErrorName): Failure {
  return { error, message: null }
}

function failed({ index }: Wanted, { error, message }: Failure): Answer {
  return {
    index,
    errorCode: kafkaErrorCode(error),
    baseOffset: UNKNOWN,
    recordErrors: NONE,
    errorMessage: message,
  }
}

function charge(
  { quotas }: DataDeps,
  { topicData }: Request,
  { connection, clientId }: KafkaContext,
): number {
  let bytes = 0
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) bytes += records?.length ?? 0
  }
  return quotas.charge(connection, clientId ?? '', 'producer_byte_rate', bytes)
}
