import { ServiceError } from '../../base/errors.ts'
import { limits } from './limits.ts'

/** Number, ids and their difference; what is wrong with them fails the whole batch. */
export function checkEntries(entries: ReadonlyArray<{ readonly Id: string | undefined }>): void {
  if (entries.length === 0) {
    throw new ServiceError(
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    )
  }
  if (entries.length > limits.batchEntriesMax) {
    throw new ServiceError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${limits.batchEntriesMax}. You have sent ${entries.length}.`,
    )
  }
  const seen = new Set<string>()
  for (const { Id = '' } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id)) {
      throw new ServiceError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      )
    }
    if (seen.has(Id)) throw new ServiceError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`)
    seen.add(Id)
  }
}

/** An entry that failed; rethrows what is no fault of the caller. */
export function wireFailure(Id: string | undefined, error: unknown) {
  if (!(error instanceof ServiceError)) throw error
  const Code = error.code
    .replace(/ValueException$/, 'Value')
    .replace('MissingRequiredParameterException', 'MissingParameter')
  return { Id, SenderFault: true, Code, Message: error.message }
}

/** Does each entry by itself. */
export async function eachEntry<Entry extends { readonly Id: string | undefined }>(
  entries: ReadonlyArray<Entry>,
  work: (entry: Entry) => Promise<void>,
) {
  checkEntries(entries)
  const outcomes = await Promise.all(
    entries.map(async (entry) => {
      try {
        await work(entry)
        return { Id: entry.Id, failure: undefined }
      } catch (error) {
        return { Id: entry.Id, failure: wireFailure(entry.Id, error) }
      }
    }),
  )
  return {
    Successful: outcomes.filter(({ failure }) => !failure).map(({ Id }) => ({ Id })),
    Failed: outcomes.flatMap(({ failure }) => (failure ? [failure] : [])),
  }
}
