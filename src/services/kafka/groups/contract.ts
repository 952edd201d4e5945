import type { Random } from '../../../base/random.ts'
import type { Authorizer, Topics } from '../parts.ts'
import type { Groups } from './groups.ts'

/** All that the operations on groups can use. */
export interface GroupOperationDeps {
  readonly groups: Groups
  readonly topics: Topics
  readonly authorizer: Authorizer
  readonly random: Random
  /** The broker that coordinates all groups and transactions: this one. */
  readonly nodeId: number
}
