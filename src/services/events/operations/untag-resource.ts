import type { EventsOperation } from '../contract.ts'

export const untagResource: EventsOperation<'UntagResource'> = {
  name: 'UntagResource',
  async run({ resourceTags }, { ResourceARN, TagKeys }, scope) {
    const gone = new Set(TagKeys)
    await resourceTags.change(scope, ResourceARN, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
    )
    return {}
  },
}
