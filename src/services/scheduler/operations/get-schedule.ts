import type { SchedulerOperation } from '../contract.ts'
import { nameOf, wireSchedule } from '../wire-schedule.ts'

export const getSchedule: SchedulerOperation<'GetSchedule'> = {
  name: 'GetSchedule',
  async run({ schedules }, input, context) {
    return wireSchedule(context, await schedules.get(context, nameOf(input)))
  },
}
