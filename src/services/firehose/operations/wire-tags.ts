import type { Tag } from '@aws-sdk/client-firehose'
import { ServiceError } from '../../../base/errors.ts'
import { firehoseLimits } from '../limits.ts'

export function tagsOf(tags: ReadonlyArray<Tag>): Readonly<Record<string, string>> {
  return checkCount(Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])))
}

export function checkCount(
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (Object.keys(tags).length > firehoseLimits.tagsMax) {
    throw new ServiceError(
      'LimitExceededException',
      `A delivery stream has at most ${firehoseLimits.tagsMax} tags.`,
    )
  }
  return tags
}
