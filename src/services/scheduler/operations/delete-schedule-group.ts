import type { SchedulerOperation } from '../contract.ts'

/** Answers when it is noted; the group is DELETING until its last schedule is gone. */
export const deleteScheduleGroup: SchedulerOperation<'DeleteScheduleGroup'> = {
  name: 'DeleteScheduleGroup',
  async run({ groups }, { Name }, context) {
    await groups.startRemoval(context, Name)
    return {}
  },
}
