import type { GlueOperation } from '../contract.ts'
import { resourceOf } from './wire-resource.ts'

export const untagResource: GlueOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run({ tags }, input, context) {
    await tags.remove(context, resourceOf(input.ResourceArn, context), input.TagsToRemove)
    return {}
  },
}
