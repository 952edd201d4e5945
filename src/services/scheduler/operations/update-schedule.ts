import type { SchedulerOperation } from '../contract.ts'
import { scheduleArn } from '../schedule.ts'
import { nameOf, settingsOf } from '../wire-schedule.ts'

// AWS: what an update does not name goes back to what holds by default.
export const updateSchedule: SchedulerOperation<'UpdateSchedule'> = {
  name: 'UpdateSchedule',
  refuses: ['KmsKeyArn'],
  async run({ schedules, targetCheck }, input, context) {
    const name = nameOf(input)
    const settings = settingsOf(input)
    await schedules.get(context, name)
    await targetCheck.check(context, name, settings.target)
    await schedules.replace(context, name, settings)
    return { ScheduleArn: scheduleArn(context, name) }
  },
}
