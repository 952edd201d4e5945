import type { GlueOperation } from '../contract.ts'
import { resourceOf } from './wire-resource.ts'

export const getTags: GlueOperation<'GetTags'> = {
  name: 'GetTags',
  async run({ tags }, input, context) {
    return { Tags: await tags.of(context, resourceOf(input.ResourceArn, context)) }
  },
}
