import type { AthenaOperation } from '../contract.ts'
import { updatedWorkgroup } from './wire-work-group.ts'

export const updateWorkGroup: AthenaOperation<'UpdateWorkGroup'> = {
  name: 'UpdateWorkGroup',
  async run({ workgroups }, input, context) {
    const { Description, State, ConfigurationUpdates } = input
    await workgroups.update(context, input.WorkGroup, (current) => ({
      ...updatedWorkgroup(current, ConfigurationUpdates, context.accountId),
      ...(Description !== undefined && { description: Description }),
      ...(State !== undefined && { state: State }),
    }))
    return {}
  },
}
