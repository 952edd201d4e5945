import type { SchedulerOperation } from '../contract.ts'
import { schedulerLimits } from '../limits.ts'
import { wireGroup } from '../wire-group.ts'
import { pageStart, pageToken } from '../wire-page.ts'

export const listScheduleGroups: SchedulerOperation<'ListScheduleGroups'> = {
  name: 'ListScheduleGroups',
  async run({ groups }, { NamePrefix, NextToken, MaxResults }, context) {
    const limit = MaxResults ?? schedulerLimits.pageMax
    const [after] = pageStart(NextToken, 1) ?? []
    const found = await groups.list(context, {
      limit: limit + 1,
      ...(NamePrefix !== undefined && { prefix: NamePrefix }),
      ...(after !== undefined && { after }),
    })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    return {
      ScheduleGroups: page.map((group) => wireGroup(context, group)),
      ...(found.length > limit && last && { NextToken: pageToken([last.name]) }),
    }
  },
}
