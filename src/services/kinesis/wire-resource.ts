import type { RequestContext } from '../../wire/operation.ts'
import type { KinesisDeps } from './contract.ts'
import type { Tags } from './tags.ts'
import { ownKeyOfArn, refuseOthers } from './wire-stream.ts'

/** What an ARN of TagResource and its like names: a stream, or a consumer of one. */
export interface TaggedResource {
  /** As error texts name it. */
  readonly owner: string
  tags(): Promise<Tags>
  changeTags(change: (tags: Tags) => Tags): Promise<void>
}

export async function resourceOf(
  { streams, consumers }: KinesisDeps,
  arn: string,
  context: RequestContext,
): Promise<TaggedResource> {
  if (arn.includes('/consumer/')) {
    const { key } = await consumers.getByArn(arn)
    refuseOthers(key.stream, arn, context)
    return {
      owner: `consumer ${key.name} under account ${key.stream.accountId}`,
      tags: async () => (await consumers.get(key)).tags,
      changeTags: (change) => consumers.changeTags(key, change),
    }
  }
  const key = ownKeyOfArn(arn, context)
  return {
    owner: `stream ${key.name} under account ${key.accountId}`,
    tags: async () => (await streams.get(key)).tags,
    async changeTags(change) {
      await streams.change(key, (stream) => ({ ...stream, tags: change(stream.tags) }))
    },
  }
}
