import type { AthenaOperation } from '../contract.ts'
import { expectTaggable } from './wire-tags.ts'

export const untagResource: AthenaOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run({ tags, workgroups }, input, context) {
    await expectTaggable(workgroups, context, input.ResourceARN)
    await tags.remove(context, input.ResourceARN, input.TagKeys)
    return {}
  },
}
