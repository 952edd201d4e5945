import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'
import { withoutTags } from '../tags.ts'

export const untagResource: MskOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run({ clusters }, { ResourceArn, TagKeys }, scope) {
    const key = parseClusterArn(scope, ResourceArn)
    await clusters.setTags(scope, key, (tags) => withoutTags(tags, TagKeys))
    return {}
  },
}
