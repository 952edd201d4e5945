import type { SchedulerOperation } from '../contract.ts'
import { schedulerLimits } from '../limits.ts'
import { pageStart, pageToken } from '../wire-page.ts'
import { wireSchedule } from '../wire-schedule.ts'

export const listSchedules: SchedulerOperation<'ListSchedules'> = {
  name: 'ListSchedules',
  async run({ schedules, groups }, input, context) {
    const { GroupName, NamePrefix, State, NextToken, MaxResults } = input
    if (GroupName !== undefined) await groups.get(context, GroupName)
    const limit = MaxResults ?? schedulerLimits.pageMax
    const [group = '', name = ''] = pageStart(NextToken, 2) ?? []
    const found = await schedules.list(context, {
      limit: limit + 1,
      ...(GroupName !== undefined && { group: GroupName }),
      ...(NamePrefix !== undefined && { prefix: NamePrefix }),
      ...(State !== undefined && { enabled: State === 'ENABLED' }),
      ...(NextToken !== undefined && { after: { group, name } }),
    })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const summaries = page.map((schedule) => {
      const wire = wireSchedule(context, schedule)
      const { Arn, Name, GroupName: Group, CreationDate, LastModificationDate } = wire
      const times = { CreationDate, LastModificationDate }
      const target = { Arn: schedule.settings.target.arn }
      return { Arn, Name, GroupName: Group, State: wire.State, ...times, Target: target }
    })
    const hasMore = found.length > limit && last
    return {
      Schedules: summaries,
      ...(hasMore && { NextToken: pageToken([last.group, last.name]) }),
    }
  },
}
