import { invalidRequest } from './athena-errors.ts'

/** An opaque token that carries where the next page starts. */
export function encodeToken(position: ReadonlyArray<string | number>): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** Undefined without a token; throws for one that is not ours. */
export function decodeToken(token: string | undefined): ReadonlyArray<string | number> | undefined {
  if (token === undefined) return undefined
  const refuse = () => invalidRequest(`Token: ${token} is invalid`)
  try {
    const position: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(position) && position.length > 0) return position
  } catch {
    throw refuse()
  }
  throw refuse()
}

interface PageRequest {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
}

/** A page of something in order: asks for one more to know whether more follows. */
export async function pageOf<T>(
  request: PageRequest,
  sizeMax: number,
  positionOf: (item: T) => ReadonlyArray<string | number>,
  read: (page: {
    readonly after?: ReadonlyArray<string | number>
    readonly limit: number
  }) => Promise<ReadonlyArray<T>>,
): Promise<{ readonly items: ReadonlyArray<T>; readonly nextToken?: string }> {
  const limit = Math.min(request.MaxResults ?? sizeMax, sizeMax)
  const after = decodeToken(request.NextToken)
  const items = await read({ limit: limit + 1, ...(after && { after }) })
  const last = items[limit - 1]
  if (items.length <= limit || last === undefined) return { items }
  return { items: items.slice(0, limit), nextToken: encodeToken(positionOf(last)) }
}

/** The same for what is listed by one name. */
export function pageByName<T>(
  request: PageRequest,
  sizeMax: number,
  nameOf: (item: T) => string,
  read: (page: { readonly after?: string; readonly limit: number }) => Promise<ReadonlyArray<T>>,
) {
  return pageOf<T>(
    request,
    sizeMax,
    (item) => [nameOf(item)],
    ({ after, limit }) => {
      const [name] = after ?? []
      return read({ limit, ...(name !== undefined && { after: String(name) }) })
    },
  )
}

/** A page of a list that is at hand, by name. */
export function pageOfAll<T>(
  request: PageRequest,
  sizeMax: number,
  nameOf: (item: T) => string,
  all: ReadonlyArray<T>,
) {
  return pageByName(request, sizeMax, nameOf, async ({ after, limit }) =>
    all.filter((item) => after === undefined || nameOf(item) > after).slice(0, limit),
  )
}
