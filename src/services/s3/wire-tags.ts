import type { Tag } from '@aws-sdk/client-s3'
import type { Tags } from './tags.ts'
import { tagsFromPairs } from './tags.ts'

export function tagsFromSet(
  set: ReadonlyArray<{ readonly Key: string; readonly Value: string }>,
  limit: number,
): Tags {
  return tagsFromPairs(
    set.map(({ Key, Value }) => [Key, Value]),
    limit,
  )
}

export function tagSetOf(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
