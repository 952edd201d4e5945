import { limits } from './limits.ts'
import { invalidValue } from './sqs-errors.ts'

interface PageInput {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

/** How many names of queues a page has at most, and behind which it begins. */
export function pageOf({ MaxResults, NextToken }: PageInput) {
  if (MaxResults !== undefined && (MaxResults < 1 || MaxResults > limits.pageMax)) {
    const reason = `Must be an integer value between 1 and ${limits.pageMax}, if provided.`
    throw invalidValue(MaxResults, 'MaxResults', reason)
  }
  const after = NextToken === undefined ? undefined : Buffer.from(NextToken, 'base64').toString()
  return { limit: MaxResults ?? limits.pageMax, after }
}

/** AWS: a token only for those who asked for pages. */
export function tokenBehind(
  { MaxResults }: PageInput,
  page: ReadonlyArray<{ readonly name: string }>,
  hasMore: boolean,
): { readonly NextToken?: string } {
  const last = page.at(-1)
  if (MaxResults === undefined || !hasMore || !last) return {}
  return { NextToken: Buffer.from(last.name).toString('base64') }
}
