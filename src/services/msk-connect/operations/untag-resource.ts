import type { ConnectOperation } from '../contract.ts'
import { withoutTags } from '../tags.ts'
import { taggedBy } from './wire-tags.ts'

export const untagResource: ConnectOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run(deps, { resourceArn = '', tagKeys = [] }, scope) {
    await taggedBy(deps, scope, resourceArn).change((tags) => withoutTags(tags, tagKeys))
    return {}
  },
}
