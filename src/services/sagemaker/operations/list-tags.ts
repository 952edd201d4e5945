import type { SagemakerOperation } from '../contract.ts'
import { changeTags, wireTags } from './wire-tags.ts'

export const listTags: SagemakerOperation<'ListTags'> = {
  name: 'ListTags',
  async run(deps, { ResourceArn }, context) {
    return { Tags: wireTags(await changeTags(deps, context, ResourceArn, (current) => current)) }
  },
}
