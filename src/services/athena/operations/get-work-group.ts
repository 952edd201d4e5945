import type { AthenaOperation } from '../contract.ts'
import { workgroupToWire } from './wire-work-group.ts'

export const getWorkGroup: AthenaOperation<'GetWorkGroup'> = {
  name: 'GetWorkGroup',
  async run({ workgroups }, input, context) {
    return { WorkGroup: workgroupToWire(await workgroups.find(context, input.WorkGroup)) }
  },
}
