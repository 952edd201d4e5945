import { kafkaErrorCode } from '../../../../wire/kafka/errors.ts'
import type { KafkaOperation } from '../../../../wire/kafka/operation.ts'
import { CONSUMER_PROTOCOL_TYPE } from '../classic/subscription.ts'
import type { GroupOperationDeps } from '../contract.ts'
import { stateOf } from '../group-facts.ts'

/** The groups that may be described, in the order of their ids; filters regard no case. */
export const listGroups: KafkaOperation<GroupOperationDeps, 'listGroups'> = {
  name: 'listGroups',
  async run({ groups, authorizer }, { statesFilter, typesFilter }, { connection }) {
    const seesAll = authorizer.allows(connection, 'describe', {
      type: 'cluster',
      name: 'kafka-cluster',
    })
    const found = await groups.coordinator.list(connection)
    const rows = found
      .filter(
        (group) =>
          seesAll ||
          authorizer.allows(connection, 'describe', { type: 'group', name: group.groupId }),
      )
      .map((group) => ({
        groupId: group.groupId,
        protocolType:
          group.kind === 'consumer' ? CONSUMER_PROTOCOL_TYPE : (group.protocolType ?? ''),
        groupState: stateOf(group),
        groupType: group.kind,
      }))
      .filter(
        ({ groupState, groupType }) =>
          passes(statesFilter, groupState) && passes(typesFilter, groupType),
      )
    rows.sort((left, right) => (left.groupId < right.groupId ? -1 : 1))
    return { errorCode: kafkaErrorCode('NONE'), groups: rows }
  },
}

function passes(filter: ReadonlyArray<string>, value: string): boolean {
  return filter.length === 0 || filter.some((one) => one.toLowerCase() === value.toLowerCase())
}
