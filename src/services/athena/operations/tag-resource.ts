import type { AthenaOperation } from '../contract.ts'
import { expectTaggable, tagsFromWire } from './wire-tags.ts'

export const tagResource: AthenaOperation<'TagResource'> = {
  name: 'TagResource',
  async run({ tags, workgroups }, input, context) {
    await expectTaggable(workgroups, context, input.ResourceARN)
    await tags.add(context, input.ResourceARN, tagsFromWire(input.Tags))
    return {}
  },
}
