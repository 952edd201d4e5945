import type { OperationName } from '../../wire/contract.ts'
import type { Operation } from '../../wire/operation.ts'
import type { ScheduleGroups } from './schedule-groups.ts'
import type { Schedules } from './schedules.ts'
import type { TargetCheck } from './target-check.ts'

export type Sdk = typeof import('@aws-sdk/client-scheduler')

export interface SchedulerDeps {
  readonly schedules: Schedules
  readonly groups: ScheduleGroups
  readonly targetCheck: TargetCheck
}

export type SchedulerOperation<Name extends OperationName<Sdk>> = Operation<
  SchedulerDeps,
  Sdk,
  Name
>
