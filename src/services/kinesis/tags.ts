import type { ServiceError } from '../../base/errors.ts'
import { TAGS_MAX } from './limits.ts'
import { invalidArgument } from './stream-errors.ts'

export type Tags = Readonly<Record<string, string>>

// AWS: characters and texts are recorded in kinesalite, actions/addTagsToStream.js.
const ILLEGAL = /[^\u00C0-\u1FFF\u2C00-\uD7FF\w./\-=+ @:]/

/** The tags with others put over them. Throws `InvalidArgumentException` beyond the limits. */
export function withTags(tags: Tags, added: Tags, owner: string): Tags {
  refuseIllegal([...Object.keys(added), ...Object.values(added)])
  if (Object.keys(added).some((key) => key.startsWith('aws:'))) {
    throw invalidArgument('Tag keys that start with aws: are reserved for the system.')
  }
  const all = { ...tags, ...added }
  if (Object.keys(all).length > TAGS_MAX) throw tooMany(owner)
  return all
}

export function withoutTags(tags: Tags, keys: ReadonlyArray<string>): Tags {
  refuseIllegal(keys)
  const removed = new Set(keys)
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key)))
}

/** In the order of keys. */
export function sortedTags(tags: Tags): ReadonlyArray<{ readonly key: string; value: string }> {
  return Object.entries(tags)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

function refuseIllegal(texts: ReadonlyArray<string>): void {
  if (!texts.some((text) => ILLEGAL.test(text))) return
  throw invalidArgument(
    'Some tags contain invalid characters. Valid characters: ' +
      'Unicode letters, digits, white space, _ . / = + - % @ :.',
  )
}

function tooMany(owner: string): ServiceError {
  return invalidArgument(
    `Failed to add tags to ${owner} because a given resource cannot have more than ${TAGS_MAX} ` +
      'tags associated with it.',
  )
}
