import type { GlueOperation } from '../contract.ts'
import { resourceOf } from './wire-resource.ts'

export const tagResource: GlueOperation<'TagResource'> = {
  name: 'TagResource',
  async run({ tags }, input, context) {
    await tags.add(context, resourceOf(input.ResourceArn, context), input.TagsToAdd)
    return {}
  },
}
