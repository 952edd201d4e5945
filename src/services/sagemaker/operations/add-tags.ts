import type { SagemakerOperation } from '../contract.ts'
import { changeTags, tagsOf, wireTags } from './wire-tags.ts'

export const addTags: SagemakerOperation<'AddTags'> = {
  name: 'AddTags',
  async run(deps, { ResourceArn, Tags }, context) {
    const tags = await changeTags(deps, context, ResourceArn, (current) => ({
      ...current,
      ...tagsOf(Tags),
    }))
    return { Tags: wireTags(tags) }
  },
}
