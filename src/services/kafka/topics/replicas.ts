import type { Broker } from './broker.ts'
import { kafkaError } from './failure.ts'

/** Every partition is on the one broker there is: an assignment may say that, and nothing else. */
export function refuseAssignments(
  assignments: ReadonlyArray<{ readonly brokerIds: ReadonlyArray<number> }>,
  { nodeId }: Broker,
): void {
  for (const { brokerIds } of assignments) {
    if (brokerIds.length === 1 && brokerIds[0] === nodeId) continue
    throw kafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `Every partition has one replica, on broker ${nodeId}; the assignment says [${brokerIds.join(', ')}].`,
    )
  }
}
