import type { SchedulerOperation } from '../contract.ts'
import { nameOf } from '../wire-schedule.ts'

/** Invocations that have begun go on, with what the schedule was then. */
export const deleteSchedule: SchedulerOperation<'DeleteSchedule'> = {
  name: 'DeleteSchedule',
  async run({ schedules }, input, context) {
    await schedules.remove(context, nameOf(input))
    return {}
  },
}
