import type { SchedulerOperation } from '../contract.ts'
import { wireGroup } from '../wire-group.ts'

export const getScheduleGroup: SchedulerOperation<'GetScheduleGroup'> = {
  name: 'GetScheduleGroup',
  async run({ groups }, { Name }, context) {
    return wireGroup(context, await groups.get(context, Name))
  },
}
