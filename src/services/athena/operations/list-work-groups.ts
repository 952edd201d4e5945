import { dateOf } from '../../../base/clock.ts'
import type { AthenaOperation } from '../contract.ts'
import { pageByName } from '../pages.ts'
import type { Workgroup } from '../workgroups.ts'
import { engineVersion } from './wire-work-group.ts'

const PAGE_SIZE = 50

export const listWorkGroups: AthenaOperation<'ListWorkGroups'> = {
  name: 'ListWorkGroups',
  async run({ workgroups }, input, context) {
    const { items, nextToken } = await pageByName<Workgroup>(
      input,
      PAGE_SIZE,
      ({ name }) => name,
      (page) => workgroups.list(context, page),
    )
    return {
      WorkGroups: items.map((workgroup) => ({
        Name: workgroup.name,
        State: workgroup.state,
        Description: workgroup.description,
        CreationTime: dateOf(workgroup.createdMs),
        EngineVersion: engineVersion(workgroup),
      })),
      NextToken: nextToken,
    }
  },
}
