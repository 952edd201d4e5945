import { invalidInput } from './catalog-errors.ts'

/** An opaque token that carries the position behind which the next page starts. */
export function encodeToken(position: ReadonlyArray<string | number>): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** Undefined without a token; throws `InvalidInputException` for one that is not ours. */
export function decodeToken(token: string | undefined): ReadonlyArray<string> | undefined {
  if (token === undefined || token === '') return undefined
  try {
    const position: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(position) && position.length > 0) return position.map(String)
  } catch {
    throw invalidInput('Invalid NextToken provided')
  }
  throw invalidInput('Invalid NextToken provided')
}

/** A page of something that is listed by name: asks for one more to know whether more follows. */
export async function pageByName<T>(
  request: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
  sizeMax: number,
  nameOf: (item: T) => string,
  read: (page: { readonly after?: string; readonly limit: number }) => Promise<readonly T[]>,
): Promise<{ readonly items: readonly T[]; readonly NextToken?: string }> {
  const limit = Math.min(request.MaxResults ?? sizeMax, sizeMax)
  const [after] = decodeToken(request.NextToken) ?? []
  const items = await read({ limit: limit + 1, ...(after !== undefined && { after }) })
  const last = items[limit - 1]
  if (items.length <= limit || last === undefined) return { items }
  return { items: items.slice(0, limit), NextToken: encodeToken([nameOf(last)]) }
}
