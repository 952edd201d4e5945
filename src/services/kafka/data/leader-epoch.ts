import type { KafkaErrorName } from '../../../wire/kafka/errors.ts'
import { LEADER_EPOCH } from '../topics/broker.ts'

const UNSAID = -1

/** Why an epoch that a client believes to be the leader's is not; undefined when it is, or is not said. */
export function epochProblem(currentLeaderEpoch: number): KafkaErrorName | undefined {
  if (currentLeaderEpoch === UNSAID || currentLeaderEpoch === LEADER_EPOCH) return undefined
  return currentLeaderEpoch < LEADER_EPOCH ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH'
}
