import type { KafkaErrorName } from '../../../../wire/kafka/errors.ts'
import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { answerOr, byTopic, memberRefusal } from './wire-group.ts'

export const offsetCommit: KafkaOperation<GroupOperationDeps, 'offsetCommit'> = {
  name: 'offsetCommit',
  async run({ groups, authorizer }, request, context) {
    const { connection, apiVersion: version } = context
    const refusal = memberRefusal(authorizer, connection, request.groupId)
    const asked = request.topics.flatMap(({ name, partitions }) => {
      const isAllowed = authorizer.allows(connection, 'read', { type: 'topic', name })
      const error: KafkaErrorName =
        refusal !== 'NONE' ? refusal : isAllowed ? 'NONE' : 'TOPIC_AUTHORIZATION_FAILED'
      return partitions.map((one) => ({
        topic: name,
        partition: one.partitionIndex,
        offset: one.committedOffset,
        leaderEpoch: one.committedLeaderEpoch,
        metadata: one.committedMetadata,
        error,
      }))
    })
    const wanted = asked.filter(({ error }) => error === 'NONE')
    const claim = {
      groupId: request.groupId,
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      generationOrEpoch: request.generationIdOrMemberEpoch,
    }
    const retentionMs = request.retentionTimeMs < 0 ? undefined : request.retentionTimeMs
    const errors =
      wanted.length === 0
        ? []
        : await answerOr<ReadonlyArray<KafkaErrorName>>(
            context,
            groups.commits.commit(connection, claim, wanted, { version, retentionMs }),
            wanted.map(() => 'COORDINATOR_NOT_AVAILABLE'),
          )
    const answers = new Map(wanted.map((one, index) => [one, errors[index] ?? 'NONE']))
    const topics = byTopic(asked, (one) => ({
      partitionIndex: one.partition,
      errorCode: kafkaErrorCode(answers.get(one) ?? one.error),
    }))
    return { topics }
  },
}
