import type { KeyPart } from '../../base/ordered-key.ts'
import type { Scope } from '../../base/scope.ts'
import type { Documents } from '../../engines/meta/documents.ts'
import { validation } from './event-errors.ts'
import { eventLimits } from './limits.ts'

/** Which part of a list is asked for. */
export interface PageRequest {
  readonly limit?: number | undefined
  readonly token?: string | undefined
}

/**
 * Takes a page of what `source` has, in its order, from behind where the page before ended. `source` is
 * asked with the name of the last item of that page.
 */
export async function takePage<T>(
  { limit = eventLimits.pageSize, token }: PageRequest,
  nameOf: (item: T) => string,
  source: (after: string | undefined) => AsyncIterable<T> | Iterable<T>,
): Promise<{ readonly items: ReadonlyArray<T>; readonly nextToken?: string }> {
  const items: T[] = []
  for await (const item of source(readToken(token))) {
    const last = items.at(-1)
    if (items.length === limit && last !== undefined) {
      return { items, nextToken: Buffer.from(nameOf(last)).toString('base64url') }
    }
    items.push(item)
  }
  return { items }
}

function readToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined
  const name = Buffer.from(token, 'base64url').toString('utf8')
  if (Buffer.from(name).toString('base64url') === token) return name
  throw validation('Parameter NextToken is not valid.')
}

/** The items behind the one of this name; `items` are in order as they are listed. */
export function itemsAfter<T>(
  items: ReadonlyArray<T>,
  nameOf: (item: T) => string,
  after: string | undefined,
): ReadonlyArray<T> {
  if (after === undefined) return items
  const at = items.findIndex((item) => nameOf(item) === after)
  return at >= 0 ? items.slice(at + 1) : items.filter((item) => nameOf(item) > after)
}

const SCAN = 100

/** Documents by name, from behind `after`. */
export async function* documentsAfter<T>(
  documents: Documents<T>,
  scope: Scope,
  page: {
    readonly under?: ReadonlyArray<KeyPart>
    readonly prefix?: string | undefined
    readonly after?: string | undefined
  },
): AsyncGenerator<T> {
  const { under = [], prefix = '' } = page
  let { after } = page
  for (;;) {
    const found = await documents.list(scope, {
      ...{ under, limit: SCAN },
      ...(prefix && { prefix }),
      ...(after !== undefined && { after: [after] }),
    })
    for (const { value } of found) yield value
    const last = found.at(-1)
    if (found.length < SCAN || !last) return
    after = String(last.id.at(-1))
  }
}
