import type { Tag } from '@aws-sdk/client-iam'
import { limitExceeded } from '../identity.ts'
import { iamLimits } from '../limits.ts'

type Tags = Readonly<Record<string, string>>

export function tagsOf(
  tags: ReadonlyArray<{ readonly Key: string; readonly Value: string }>,
): Tags {
  return checkTags(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])))
}

export function checkTags(tags: Tags): Tags {
  if (Object.keys(tags).length > iamLimits.tagsMax) {
    throw limitExceeded(`The number of tags has reached the maximum limit of ${iamLimits.tagsMax}.`)
  }
  return tags
}

export function wireTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

export function without(values: Tags, keys: ReadonlyArray<string>): Tags {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)))
}
