import type { LambdaOperation } from '../contract.ts'
import { tagsOf } from './wire-tagged.ts'

export const listTags: LambdaOperation<'ListTags'> = {
  name: 'ListTags',
  async run(deps, { Resource }, scope) {
    return { Tags: { ...(await tagsOf(deps, scope, Resource)) } }
  },
}
