import type { KafkaRequest } from '../../../../wire/kafka/apis.ts'
import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import type { KafkaContext } from '../../../../wire/kafka/operation.ts'
import type { GroupOffset } from '../../parts.ts'
import type { TransactionDeps, TransactionOperation } from './transaction-deps.ts'
import { codeOf, idRefusal } from './wire-refusal.ts'

type Request = KafkaRequest<'txnOffsetCommit'>

/** From this version on clients know that such an error is cured by aborting. */
const ABORTABLE_SINCE = 4

export const txnOffsetCommit: TransactionOperation<'txnOffsetCommit'> = {
  name: 'txnOffsetCommit',
  async run(deps, request, context) {
    const respond = (errorOf: (topic: string, partition: number) => KafkaErrorName | 'none') => ({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: codeOf(errorOf(name, partitionIndex), context),
        })),
      })),
    })
    const { transactionalId, groupId } = request
    const error = idRefusal(deps, context, transactionalId)
    if (error) return respond(() => error)
    const group = { type: 'group', name: groupId } as const
    if (!deps.authorizer.allows(context.connection, 'read', group)) {
      return respond(() => 'GROUP_AUTHORIZATION_FAILED')
    }
    if (groupId === '') return respond(() => 'INVALID_GROUP_ID')
    const { offsets, refused } = await resolve(deps, context, request)
    if (offsets.length === 0) return respond((topic, at) => refused.get(`${topic}/${at}`) ?? 'none')
    const answer = await commit(deps, context, request, offsets)
    const all = saidBy(answer, context)
    return respond((topic, at) => refused.get(`${topic}/${at}`) ?? all)
  },
}

/** Apache Kafka's coordinator of groups, which answers this request, has no word for fenced producers. */
function saidBy(answer: KafkaErrorName | 'none', { apiVersion }: KafkaContext) {
  if (answer === 'PRODUCER_FENCED') return 'INVALID_PRODUCER_EPOCH'
  const isCured = answer === 'INVALID_TXN_STATE' && apiVersion >= ABORTABLE_SINCE
  return isCured ? 'TRANSACTION_ABORTABLE' : answer
}

function commit(
  deps: TransactionDeps,
  { connection }: KafkaContext,
  request: Request,
  offsets: ReadonlyArray<GroupOffset>,
): Promise<KafkaErrorName | 'none'> {
  const { transactionalId, producerId, producerEpoch, groupId, memberId } = request
  const claim = {
    groupId,
    memberId,
    groupInstanceId: request.groupInstanceId,
    generationOrEpoch: request.generationId,
  }
  const producer = { producerId, producerEpoch }
  const { coordinator } = deps.transactions
  return coordinator.commitOffsets(connection, transactionalId, producer, { claim, offsets })
}

async function resolve(deps: TransactionDeps, { connection }: KafkaContext, request: Request) {
  const refused = new Map<string, KafkaErrorName>()
  const offsets: GroupOffset[] = []
  for (const { name, partitions } of request.topics) {
    const isAllowed = deps.authorizer.allows(connection, 'read', { type: 'topic', name })
    const topic = isAllowed ? await deps.topics.find(connection, name) : undefined
    for (const one of partitions) {
      const isThere = one.partitionIndex >= 0 && one.partitionIndex < (topic?.partitionCount ?? 0)
      if (isThere) {
        offsets.push({
          topic: name,
          partition: one.partitionIndex,
          offset: one.committedOffset,
          leaderEpoch: one.committedLeaderEpoch,
          metadata: one.committedMetadata,
        })
      } else {
        refused.set(
          `${name}/${one.partitionIndex}`,
          isAllowed ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'TOPIC_AUTHORIZATION_FAILED',
        )
      }
    }
  }
  return { offsets, refused }
}
