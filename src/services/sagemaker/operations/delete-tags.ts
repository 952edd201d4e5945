import type { SagemakerOperation } from '../contract.ts'
import { changeTags } from './wire-tags.ts'

export const deleteTags: SagemakerOperation<'DeleteTags'> = {
  name: 'DeleteTags',
  async run(deps, { ResourceArn, TagKeys }, context) {
    await changeTags(deps, context, ResourceArn, (current) =>
      Object.fromEntries(Object.entries(current).filter(([key]) => !TagKeys.includes(key))),
    )
    return {}
  },
}
