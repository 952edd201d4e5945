import type { BoundKafkaOperation } from '../../../wire/kafka/operation.ts'
import { bindKafkaOperation } from '../bind-operation.ts'
import type { GroupOperationDeps } from './contract.ts'
import { consumerGroupDescribe } from './operations/consumer-group-describe.ts'
import { consumerGroupHeartbeat } from './operations/consumer-group-heartbeat.ts'
import { deleteGroups } from './operations/delete-groups.ts'
import { describeGroups } from './operations/describe-groups.ts'
import { findCoordinator } from './operations/find-coordinator.ts'
import { heartbeat } from './operations/heartbeat.ts'
import { joinGroup } from './operations/join-group.ts'
import { leaveGroup } from './operations/leave-group.ts'
import { listGroups } from './operations/list-groups.ts'
import { offsetCommit } from './operations/offset-commit.ts'
import { offsetDelete } from './operations/offset-delete.ts'
import { offsetFetch } from './operations/offset-fetch.ts'
import { syncGroup } from './operations/sync-group.ts'

/** The operations on groups and their offsets. */
export function groupOperations(deps: GroupOperationDeps): ReadonlyArray<BoundKafkaOperation> {
  return [
    bindKafkaOperation(deps, consumerGroupDescribe),
    bindKafkaOperation(deps, consumerGroupHeartbeat),
    bindKafkaOperation(deps, deleteGroups),
    bindKafkaOperation(deps, describeGroups),
    bindKafkaOperation(deps, findCoordinator),
    bindKafkaOperation(deps, heartbeat),
    bindKafkaOperation(deps, joinGroup),
    bindKafkaOperation(deps, leaveGroup),
    bindKafkaOperation(deps, listGroups),
    bindKafkaOperation(deps, offsetCommit),
    bindKafkaOperation(deps, offsetDelete),
    bindKafkaOperation(deps, offsetFetch),
    bindKafkaOperation(deps, syncGroup),
  ]
}
