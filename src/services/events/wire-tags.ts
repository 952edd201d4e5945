import type { Tag } from '@aws-sdk/client-eventbridge'
import type { Tags } from './resource-tags.ts'

export function tagsOf(tags: ReadonlyArray<Tag> | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
}

export function wireTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
