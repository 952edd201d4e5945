import type { SchedulerOperation } from '../contract.ts'
import { scheduleArn } from '../schedule.ts'
import { nameOf, settingsOf } from '../wire-schedule.ts'

export const createSchedule: SchedulerOperation<'CreateSchedule'> = {
  name: 'CreateSchedule',
  refuses: ['KmsKeyArn'],
  async run({ schedules, targetCheck }, input, context) {
    const name = nameOf(input)
    const settings = settingsOf(input)
    await targetCheck.check(context, name, settings.target)
    const { ClientToken: clientToken } = input
    const request = { settings, ...(clientToken !== undefined && { clientToken }) }
    await schedules.create(context, name, request)
    return { ScheduleArn: scheduleArn(context, name) }
  },
}
