import type { ConnectOperation } from '../contract.ts'
import { taggedBy } from './wire-tags.ts'

export const listTagsForResource: ConnectOperation<'ListTagsForResource'> = {
  name: 'ListTagsForResource',
  async run(deps, { resourceArn = '' }, scope) {
    return { tags: { ...(await taggedBy(deps, scope, resourceArn).read()) } }
  },
}
