import type { SchedulerOperation } from '../contract.ts'
import { groupArn } from '../schedule.ts'
import { withTags } from '../wire-group.ts'

export const createScheduleGroup: SchedulerOperation<'CreateScheduleGroup'> = {
  name: 'CreateScheduleGroup',
  async run({ groups }, { Name, Tags = [], ClientToken }, context) {
    await groups.create(context, Name, withTags({}, Tags), ClientToken)
    return { ScheduleGroupArn: groupArn(context, Name) }
  },
}
