import type { ConnectOperation } from '../contract.ts'
import { withTags } from '../tags.ts'
import { taggedBy } from './wire-tags.ts'

export const tagResource: ConnectOperation<'TagResource'> = {
  name: 'TagResource',
  async run(deps, { resourceArn = '', tags: added = {} }, scope) {
    await taggedBy(deps, scope, resourceArn).change((tags) => withTags(tags, added))
    return {}
  },
}
