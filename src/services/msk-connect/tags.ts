import { badRequest } from './connect-errors.ts'
import { connectLimits } from './limits.ts'

export type Tags = Readonly<Record<string, string>>

/** The tags with others put over them. Throws `BadRequestException` beyond the limits. */
export function withTags(tags: Tags, added: Tags): Tags {
  const reserved = Object.keys(added).find((key) => /^aws:/i.test(key))
  if (reserved !== undefined) {
    throw badRequest('Tag keys that start with aws: are reserved for AWS.')
  }
  const all = { ...tags, ...added }
  if (Object.keys(all).length > connectLimits.tagsMax) {
    throw badRequest(`A resource can have no more than ${connectLimits.tagsMax} tags.`)
  }
  return all
}

export function withoutTags(tags: Tags, keys: ReadonlyArray<string>): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}
