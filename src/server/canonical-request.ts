import type { HeaderFields, Signature } from './signature.ts'

/** The request as it was on the wire, before any rewriting. */
export interface SignedRequest {
  readonly method: string
  readonly rawPath: string
  readonly rawQuery: string
  readonly headers: HeaderFields
}

const plainPath = /^[A-Za-z0-9\-._~/]*$/
const oneParameter = /^[A-Za-z0-9\-._~]+(=[A-Za-z0-9\-._~]*)?$/

/**
 * The canonical request of Signature Version 4 (AWS General Reference). S3 signs the path as it is
 * sent, all other services the encoded path once more encoded and without empty or dot segments.
 */
export function canonicalRequest(
  request: SignedRequest,
  signature: Signature,
  payloadHash: string,
): string {
  const { method, rawPath, rawQuery, headers } = request
  const path = signature.service === 's3' ? objectPath(rawPath) : servicePath(rawPath)
  const query = canonicalQuery(rawQuery, signature.presigned)
  let lines = ''
  for (const name of signature.signedHeaders) {
    lines += `${name}:${canonicalValue(headers[name] ?? '')}\n`
  }
  const names = signature.signedHeaders.join(';')
  return `${method}\n${path}\n${query}\n${lines}\n${names}\n${payloadHash}`
}

/** Names and values of a query, decoded; `+` stays itself, as signers encode a space as `%20`. */
export function parseQuery(rawQuery: string): Array<[name: string, value: string]> {
  const pairs: Array<[string, string]> = []
  for (const part of rawQuery.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    if (equals < 0) pairs.push([decode(part), ''])
    else pairs.push([decode(part.slice(0, equals)), decode(part.slice(equals + 1))])
  }
  return pairs
}

function canonicalQuery(rawQuery: string, presigned: boolean): string {
  if (rawQuery === '') return ''
  if (oneParameter.test(rawQuery)) return rawQuery.includes('=') ? rawQuery : `${rawQuery}=`
  return parseQuery(rawQuery)
    .filter(([name]) => !(presigned && name === 'X-Amz-Signature'))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort(byNameThenValue)
    .join('&')
}

/** AWS: by encoded name, then by encoded value. `=` may sort behind a letter of a longer name. */
function byNameThenValue(a: string, b: string): number {
  const [nameA = '', valueA = ''] = a.split('=')
  const [nameB = '', valueB = ''] = b.split('=')
  if (nameA !== nameB) return nameA < nameB ? -1 : 1
  return valueA < valueB ? -1 : valueA > valueB ? 1 : 0
}

function objectPath(rawPath: string): string {
  if (plainPath.test(rawPath)) return rawPath
  return rawPath
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/')
}

function servicePath(rawPath: string): string {
  if (rawPath === '/') return rawPath
  const kept: string[] = []
  for (const segment of rawPath.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(encode(segment))
  }
  const end = rawPath.endsWith('/') && kept.length > 0 ? '/' : ''
  return `/${kept.join('/')}${end}`
}

function canonicalValue(value: string): string {
  const trimmed = value.trim()
  return trimmed.includes('  ') ? trimmed.replace(/ {2,}/g, ' ') : trimmed
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // Not UTF-8: whoever signed it signed the text as it is.
    return text
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
