import type { MskOperation } from '../contract.ts'
import { parseClusterArn } from '../msk-arns.ts'

export const listTagsForResource: MskOperation<'ListTagsForResource'> = {
  name: 'ListTagsForResource',
  async run({ clusters }, { ResourceArn }, scope) {
    const { tags } = await clusters.get(scope, parseClusterArn(scope, ResourceArn))
    return { Tags: { ...tags } }
  },
}
