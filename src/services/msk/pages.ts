import { mskLimits } from './limits.ts'
import { badRequest } from './msk-errors.ts'

interface PageRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

/** A page of a list that is at hand, in its order; the token says behind which item it goes on. */
export function pageOfAll<T>(
  { MaxResults, NextToken }: PageRequest,
  all: ReadonlyArray<T>,
  nameOf: (item: T) => string,
): { readonly items: ReadonlyArray<T>; readonly next: { readonly NextToken?: string } } {
  const limit = Math.min(MaxResults ?? mskLimits.pageMax, mskLimits.pageMax)
  const from = NextToken === undefined ? 0 : positionBehind(NextToken, all, nameOf)
  const items = all.slice(from, from + limit)
  const last = items.at(-1)
  const isMore = from + limit < all.length && last !== undefined
  const next = isMore ? { NextToken: encodeToken(nameOf(last)) } : {}
  return { items, next }
}

function encodeToken(name: string): string {
  return Buffer.from(JSON.stringify([name])).toString('base64url')
}

function positionBehind<T>(
  token: string,
  all: ReadonlyArray<T>,
  nameOf: (item: T) => string,
): number {
  const name = decodeToken(token)
  const at = all.findIndex((item) => nameOf(item) === name)
  // What the token names may be gone since: the list begins anew rather than to end unseen.
  return at + 1
}

function decodeToken(token: string): string {
  try {
    const [name]: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (typeof name === 'string') return name
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
  }
  throw badRequest('The next token is not valid.', 'nextToken')
}
