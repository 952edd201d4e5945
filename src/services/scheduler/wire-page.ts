import { validation } from './scheduler-errors.ts'

/** What a page ended with, as its token. */
export function pageToken(last: ReadonlyArray<string>): string {
  return Buffer.from(JSON.stringify(last)).toString('base64url')
}

/** Undefined without a token; `ValidationException` for one that was never given out. */
export function pageStart(
  token: string | undefined,
  parts: number,
): ReadonlyArray<string> | undefined {
  if (token === undefined) return undefined
  const last = readToken(token)
  const isOurs =
    Array.isArray(last) && last.length === parts && last.every((part) => typeof part === 'string')
  if (isOurs) return last
  throw validation('Invalid NextToken.')
}

function readToken(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
