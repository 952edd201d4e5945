import type { AthenaOperation } from '../contract.ts'
import { expectTaggable } from './wire-tags.ts'

export const listTagsForResource: AthenaOperation<'ListTagsForResource'> = {
  name: 'ListTagsForResource',
  async run({ tags, workgroups }, input, context) {
    await expectTaggable(workgroups, context, input.ResourceARN)
    const found = await tags.list(context, input.ResourceARN)
    return { Tags: [...found].map(([Key, Value]) => ({ Key, Value })) }
  },
}
