import type { LambdaOperation } from '../contract.ts'
import { changeTags } from './wire-tagged.ts'

export const tagResource: LambdaOperation<'TagResource'> = {
  name: 'TagResource',
  async run(deps, { Resource, Tags }, scope) {
    await changeTags(deps, scope, Resource, (tags) => ({ ...tags, ...Tags }))
    return {}
  },
}
