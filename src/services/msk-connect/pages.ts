import { badRequest } from './connect-errors.ts'
import { connectLimits } from './limits.ts'

interface PageRequest {
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
}

/** A page of a list that is at hand, in its order; the token says behind which item it goes on. */
export function pageOfAll<T>(
  { maxResults, nextToken }: PageRequest,
  all: ReadonlyArray<T>,
  nameOf: (item: T) => string,
): { readonly items: ReadonlyArray<T>; readonly next: { readonly nextToken?: string } } {
  const limit = Math.min(maxResults ?? connectLimits.pageMax, connectLimits.pageMax)
  const behind = nextToken === undefined ? undefined : decodeToken(nextToken)
  // What the token names may be gone since: the list begins anew rather than to end unseen.
  const from = behind === undefined ? 0 : all.findIndex((item) => nameOf(item) === behind) + 1
  const items = all.slice(from, from + limit)
  const last = items.at(-1)
  const isMore = from + limit < all.length && last !== undefined
  return { items, next: isMore ? { nextToken: encodeToken(nameOf(last)) } : {} }
}

function encodeToken(name: string): string {
  return Buffer.from(JSON.stringify([name])).toString('base64url')
}

function decodeToken(token: string): string {
  try {
    const [name]: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (typeof name === 'string') return name
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
  }
  throw badRequest('The next token is not valid.')
}
