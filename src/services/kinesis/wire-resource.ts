import type { RequestContext } from '../../wire/operation.ts'
import type { KinesisDeps } from './contract.ts'
import type { Tags } from './tags.ts'
import { ownKeyOfArn, refuseOthers } from './wire-stream.ts'

/** What an ARN of TagResource, PutResourcePolicy and their like names: a stream, or a consumer. */
export interface NamedResource {
  /** As error texts name it. */
  readonly owner: string
  tags(): Promise<Tags>
  changeTags(change: (tags: Tags) => Tags): Promise<void>
  policy(): Promise<string | undefined>
  changePolicy(change: (policy: string | undefined) => string | undefined): Promise<void>
}

export async function resourceOf(
  { streams, consumers, extension }: KinesisDeps,
  arn: string,
  context: RequestContext,
): Promise<NamedResource> {
  const further = await extension?.resourceOf(arn, context)
  if (further) return further
  if (arn.includes('/consumer/')) {
    const { key } = await consumers.getByArn(arn)
    refuseOthers(key.stream, arn, context)
    return {
      owner: `consumer ${key.name} under account ${key.stream.accountId}`,
      tags: async () => (await consumers.get(key)).tags,
      changeTags: (change) =>
        consumers.change(key, (consumer) => ({ ...consumer, tags: change(consumer.tags) })),
      policy: async () => (await consumers.get(key)).policy,
      changePolicy: (change) => consumers.change(key, (consumer) => withPolicy(consumer, change)),
    }
  }
  const key = ownKeyOfArn(arn, context)
  return {
    owner: `stream ${key.name} under account ${key.accountId}`,
    tags: async () => (await streams.get(key)).tags,
    async changeTags(change) {
      await streams.change(key, (stream) => ({ ...stream, tags: change(stream.tags) }))
    },
    policy: async () => (await streams.get(key)).policy,
    async changePolicy(change) {
      await streams.change(key, (stream) => withPolicy(stream, change))
    },
  }
}

function withPolicy<T extends { readonly policy?: string }>(
  { policy: before, ...rest }: T,
  change: (policy: string | undefined) => string | undefined,
): Omit<T, 'policy'> & { readonly policy?: string } {
  const policy = change(before)
  return { ...rest, ...(policy !== undefined && { policy }) }
}
