import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { withTags } from '../tags.ts'

export const tagResource: MskOperation<'TagResource'> = {
  name: 'TagResource',
  async run({ clusters }, { ResourceArn, Tags }, scope) {
    const key = parseClusterArn(scope, ResourceArn)
    await clusters.setTags(scope, key, (tags) => withTags(tags, Tags))
    return {}
  },
}
