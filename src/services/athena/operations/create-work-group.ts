import type { AthenaOperation } from '../contract.ts'
import { tagsFromWire } from './wire-tags.ts'
import { configurationFromWire, workgroupArn } from './wire-work-group.ts'

export const createWorkGroup: AthenaOperation<'CreateWorkGroup'> = {
  name: 'CreateWorkGroup',
  async run({ workgroups, tags }, input, context) {
    await workgroups.create(context, {
      ...configurationFromWire(input.Configuration, context.accountId),
      name: input.Name,
      state: 'ENABLED',
      ...(input.Description !== undefined && { description: input.Description }),
    })
    if (input.Tags?.length) {
      await tags.add(context, workgroupArn(context, input.Name), tagsFromWire(input.Tags))
    }
    return {}
  },
}
