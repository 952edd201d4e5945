import type { LambdaOperation } from '../contract.ts'
import { changeTags } from './wire-tagged.ts'

export const untagResource: LambdaOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run(deps, { Resource, TagKeys }, scope) {
    await changeTags(deps, scope, Resource, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))),
    )
    return {}
  },
}
