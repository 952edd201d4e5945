import { invalidParameter } from '../lambda-errors.ts'
import { limits } from '../limits.ts'

interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** Where a listing goes on: behind the item of this key. Throws for a marker that is not ours. */
export function readMarker({ Marker }: PageInput): string | undefined {
  if (Marker === undefined || Marker === '') return undefined
  const key = Buffer.from(Marker, 'base64url').toString('utf8')
  if (!key.startsWith('after:')) throw invalidParameter('Invalid Marker.')
  return key.slice('after:'.length)
}

export function pageLimit({ MaxItems }: PageInput): number {
  return Math.min(MaxItems ?? limits.pageSize, limits.pageSize)
}

/** Cuts what was read (one more than the page) and makes the marker of the next page. */
export function cutPage<T>(
  found: ReadonlyArray<T>,
  limit: number,
  keyOf: (item: T) => string,
): { readonly items: ReadonlyArray<T>; readonly next: { readonly NextMarker?: string } } {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  if (found.length <= limit || last === undefined) return { items, next: {} }
  return {
    items,
    next: { NextMarker: Buffer.from(`after:${keyOf(last)}`).toString('base64url') },
  }
}

/** A page of a list that is at hand as a whole, in its order. */
export function pageOfAll<T>(
  all: ReadonlyArray<T>,
  input: PageInput,
  keyOf: (item: T) => string,
): { readonly items: ReadonlyArray<T>; readonly next: { readonly NextMarker?: string } } {
  const after = readMarker(input)
  const from = after === undefined ? 0 : all.findIndex((item) => keyOf(item) === after) + 1
  const limit = pageLimit(input)
  return cutPage(all.slice(from, from + limit + 1), limit, keyOf)
}
