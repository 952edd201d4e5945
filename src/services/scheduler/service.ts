import type { Clock } from '../../base/clock.ts'
import type { EventTarget } from '../../base/event-target.ts'
import type { Logger } from '../../base/logger.ts'
import type { Metrics } from '../../base/metrics.ts'
import type { Random } from '../../base/random.ts'
import type { Background } from '../../engines/meta/background.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import type { Service } from '../../wire/operation.ts'
import { bindOperations } from '../../wire/operation.ts'
import type { OwnCalls } from '../../wire/own-calls.ts'
import type { Roles } from '../iam/roles.ts'
import { createFiringLoop } from './firing-loop.ts'
import { createInvocations } from './invocations.ts'
import { createInvoker } from './invoker.ts'
import { createOperationTarget } from './operation-target.ts'
import { createSchedule } from './operations/create-schedule.ts'
import { createScheduleGroup } from './operations/create-schedule-group.ts'
import { deleteSchedule } from './operations/delete-schedule.ts'
import { deleteScheduleGroup } from './operations/delete-schedule-group.ts'
import { getSchedule } from './operations/get-schedule.ts'
import { getScheduleGroup } from './operations/get-schedule-group.ts'
import { listScheduleGroups } from './operations/list-schedule-groups.ts'
import { listSchedules } from './operations/list-schedules.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'
import { updateSchedule } from './operations/update-schedule.ts'
import { createScheduleGroups } from './schedule-groups.ts'
import { createSchedules } from './schedules.ts'
import { createTargetCheck } from './target-check.ts'

export function createSchedulerService(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
  readonly background: Background
  readonly roles: Roles
  /** What schedules can invoke; a kind that is not among them is refused by name. */
  readonly targets: ReadonlyArray<EventTarget>
  /** The operations of this server, for universal targets; asked once it serves. */
  readonly ownCalls: () => OwnCalls
}): Service {
  const receivers = [...deps.targets, createOperationTarget(deps.ownCalls)]
  const targets = new Map(receivers.map((target) => [target.service, target]))
  const targetCheck = createTargetCheck({ ...deps, targets })
  const groups = createScheduleGroups(deps)
  const invocations = createInvocations(deps)
  const schedules = createSchedules({ ...deps, groups, invocations })
  const invoker = createInvoker({ ...deps, targets, targetCheck })
  return {
    name: 'scheduler',
    start: createFiringLoop({ ...deps, schedules, groups, invocations, invoker }).start,
    operations: bindOperations({ schedules, groups, targetCheck }, [
      createSchedule,
      createScheduleGroup,
      deleteSchedule,
      deleteScheduleGroup,
      getSchedule,
      getScheduleGroup,
      listScheduleGroups,
      listSchedules,
      listTagsForResource,
      tagResource,
      untagResource,
      updateSchedule,
    ]),
  }
}
