import { mskLimits } from './limits.ts'
import { badRequest } from './msk-errors.ts'

export type Tags = Readonly<Record<string, string>>

/** The tags with others put over them. Throws `BadRequestException` beyond the limits. */
export function withTags(tags: Tags, added: Tags): Tags {
  for (const [key, value] of Object.entries(added)) {
    const isKey = key.length > 0 && key.length <= mskLimits.tagKeyLengthMax
    if (!isKey || value.length > mskLimits.tagValueLengthMax) {
      throw badRequest('A tag key has 1 to 128 characters, and its value up to 256.', 'tags')
    }
    if (/^aws:/i.test(key)) {
      throw badRequest('Tag keys that start with aws: are reserved for AWS.', 'tags')
    }
  }
  const all = { ...tags, ...added }
  if (Object.keys(all).length > mskLimits.tagsMax) {
    throw badRequest(`A resource can have no more than ${mskLimits.tagsMax} tags.`, 'tags')
  }
  return all
}

export function withoutTags(tags: Tags, keys: ReadonlyArray<string>): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}
