import { ServiceError } from '../../base/errors.ts'
import { limits } from './limits.ts'
import type { LogGroup } from './log-groups.ts'

/** A change of a group that adds tags. Throws `TooManyTagsException` beyond 50. */
export function addTags(tags: Readonly<Record<string, string>>) {
  return (group: LogGroup): LogGroup => ({ ...group, tags: checkTags({ ...group.tags, ...tags }) })
}

export function removeTags(keys: ReadonlyArray<string>) {
  return (group: LogGroup): LogGroup => ({
    ...group,
    tags: Object.fromEntries(Object.entries(group.tags).filter(([key]) => !keys.includes(key))),
  })
}

export function checkTags(tags: Readonly<Record<string, string>>) {
  if (Object.keys(tags).length > limits.tagsMax) {
    throw new ServiceError(
      'TooManyTagsException',
      `A resource can have no more than ${limits.tagsMax} tags.`,
    )
  }
  return tags
}
