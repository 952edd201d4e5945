import { invalidRequest } from '../athena-errors.ts'
import type { AthenaOperation } from '../contract.ts'
import { workgroupArn } from './wire-work-group.ts'

/** Refused while the workgroup holds something, unless asked to take that along. */
export const deleteWorkGroup: AthenaOperation<'DeleteWorkGroup'> = {
  name: 'DeleteWorkGroup',
  async run({ workgroups, namedQueries, preparedStatements, executions, tags }, input, context) {
    const { WorkGroup: name } = input
    await workgroups.find(context, name)
    const held = await Promise.all([
      namedQueries.list(context, name, { limit: 1 }),
      preparedStatements.list(context, name, { limit: 1 }),
      executions.list(context, name, { limit: 1 }),
    ])
    if (!input.RecursiveDeleteOption && held.some((items) => items.length > 0)) {
      throw invalidRequest(`WorkGroup ${name} is not empty`)
    }
    await workgroups.remove(context, name)
    await namedQueries.removeAll(context, name)
    await preparedStatements.removeAll(context, name)
    await tags.removeAll(context, workgroupArn(context, name))
    return {}
  },
}
