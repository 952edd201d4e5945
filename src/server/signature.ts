import { isoBasic, parseDateMs, utcMs } from '../base/clock.ts'
import { parseQuery } from './canonical-request.ts'
import type { SignatureV2 } from './signature-v2.ts'
import { parseSignatureV2 } from './signature-v2.ts'

/** What a client claims in an `Authorization` header or a presigned URL, taken apart, unverified. */
export interface Signature {
  readonly accessKeyId: string
  /** Credential scope: `20130524`, region, and the service that the signature is for. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: ReadonlyArray<string>
  readonly value: string
  /** `20130524T000000Z` */
  readonly amzDate: string
  readonly signedAtMs: number
  readonly sessionToken: string | undefined
  /** Life in seconds of a presigned URL; undefined for a signature in a header. */
  readonly expiresSeconds: number | undefined
  readonly presigned: boolean
}

/** Why a request carries no signature that could be verified. */
export type Unsigned =
  | { readonly reason: 'missing' }
  | { readonly reason: 'both' }
  | { readonly reason: 'incomplete-v2' }
  | { readonly reason: 'unsupported'; readonly algorithm: string }
  /** `problems` are sentences, AWS's where they are known. */
  | { readonly reason: 'incomplete'; readonly presigned: boolean; readonly problems: string }

interface SignedV2 {
  readonly reason: 'signed-v2'
  readonly signature: SignatureV2
}

/** What was found of a signature in a request. */
export type FoundSignature = Signed | SignedV2 | Unsigned

interface Signed {
  readonly reason: 'signed'
  readonly signature: Signature
}

export type HeaderFields = Readonly<Record<string, string | undefined>>

const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * Finds the signature of a request: AWS Signature Version 4 in a header or the query, or Version 2 in
 * the query.
 */
export function parseSignature(headers: HeaderFields, rawQuery: string): FoundSignature {
  const authorization = headers['authorization']
  const inQuery = rawQuery.includes('X-Amz-Algorithm=') || rawQuery.includes('X-Amz-Credential=')
  if (authorization !== undefined) {
    return inQuery ? { reason: 'both' } : parseHeader(authorization, headers)
  }
  if (inQuery) return parsePresigned(rawQuery)
  if (/(?:^|&)(?:AWSAccessKeyId|Signature)=/.test(rawQuery)) {
    const signature = parseSignatureV2(rawQuery)
    return signature ? { reason: 'signed-v2', signature } : { reason: 'incomplete-v2' }
  }
  return { reason: 'missing' }
}

// AWS: texts of IncompleteSignatureException as captured from DynamoDB and Kinesis by the public
// wire tests of dynalite and kinesalite.
function parseHeader(authorization: string, headers: HeaderFields): Signed | Unsigned {
  const space = authorization.indexOf(' ')
  const algorithm = space < 0 ? authorization : authorization.slice(0, space)
  if (algorithm !== ALGORITHM) return { reason: 'unsupported', algorithm }
  const fields = new Map<string, string>()
  for (const part of authorization.slice(algorithm.length).split(',')) {
    const equals = part.indexOf('=')
    if (equals > 0) fields.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim())
  }
  const amzDate = headers['x-amz-date'] ?? isoBasicOf(headers['date'])
  let problems = ''
  for (const name of ['Credential', 'Signature', 'SignedHeaders']) {
    if (!fields.get(name)) problems += `Authorization header requires '${name}' parameter. `
  }
  if (amzDate === undefined) {
    problems += `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. `
  }
  const incomplete = (text: string): Unsigned => ({
    reason: 'incomplete',
    presigned: false,
    problems: text,
  })
  if (problems) return incomplete(`${problems}Authorization=${authorization}`)
  return parseParts({
    credential: fields.get('Credential') ?? '',
    signedHeaders: fields.get('SignedHeaders') ?? '',
    value: fields.get('Signature') ?? '',
    amzDate: amzDate ?? '',
    sessionToken: headers['x-amz-security-token'],
    expiresSeconds: undefined,
  })
}

function parsePresigned(rawQuery: string): Signed | Unsigned {
  const query = new Map(parseQuery(rawQuery))
  const algorithm = query.get('X-Amz-Algorithm')
  if (algorithm && algorithm !== ALGORITHM) return { reason: 'unsupported', algorithm }
  const incomplete = (problems: string): Unsigned => ({
    reason: 'incomplete',
    presigned: true,
    problems,
  })
  const wanted = ['Algorithm', 'Credential', 'Signature', 'Date', 'SignedHeaders']
  const missing = wanted.filter((name) => !query.get(`X-Amz-${name}`))
  if (missing.length > 0) {
    const problems = missing.map((name) => queryProblem(`X-Amz-${name}`)).join('')
    return incomplete(`${problems}Re-examine the query-string parameters.`)
  }
  const expires = query.get('X-Amz-Expires')
  if (expires !== undefined && !/^\d{1,9}$/.test(expires)) {
    return incomplete('X-Amz-Expires should be a number')
  }
  return parseParts({
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
    value: query.get('X-Amz-Signature') ?? '',
    amzDate: query.get('X-Amz-Date') ?? '',
    sessionToken: query.get('X-Amz-Security-Token'),
    expiresSeconds: expires === undefined ? -1 : Number(expires),
  })
}

function queryProblem(name: string): string {
  return `AWS query-string parameters must include '${name}'. `
}

/** `expiresSeconds` is -1 for a presigned URL that names none, undefined for a header. */
function parseParts(parts: {
  readonly credential: string
  readonly signedHeaders: string
  readonly value: string
  readonly amzDate: string
  readonly sessionToken: string | undefined
  readonly expiresSeconds: number | undefined
}): Signed | Unsigned {
  const { credential, signedHeaders, value, amzDate, sessionToken, expiresSeconds } = parts
  const presigned = expiresSeconds !== undefined
  const incomplete = (problems: string): Unsigned => ({ reason: 'incomplete', presigned, problems })
  const scope = credential.split('/')
  const [accessKeyId = '', date = '', region = '', service = '', terminator] = scope
  if (scope.length !== 5 || !accessKeyId || !region || !service || !/^\d{8}$/.test(date)) {
    return incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    )
  }
  if (terminator !== 'aws4_request') {
    return incomplete(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`,
    )
  }
  const signedAtMs = parseIsoBasic(amzDate)
  if (signedAtMs === undefined) {
    return incomplete(`Date must be in ISO-8601 'basic format'. Got '${amzDate}'.`)
  }
  if (!amzDate.startsWith(date)) {
    return incomplete(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${amzDate.slice(0, 8)}', from '${amzDate}'.`,
    )
  }
  const signature: Signature = {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    value,
    amzDate,
    signedAtMs,
    sessionToken,
    presigned,
    expiresSeconds: expiresSeconds === -1 ? undefined : expiresSeconds,
  }
  return { reason: 'signed', signature }
}

const isoBasicPattern = /^\d{8}T\d{6}Z$/

function parseIsoBasic(text: string): number | undefined {
  if (!isoBasicPattern.test(text)) return undefined
  const part = (from: number, to: number) => Number(text.slice(from, to))
  const time = [part(9, 11), part(11, 13), part(13, 15)] as const
  return utcMs(part(0, 4), part(4, 6), part(6, 8), ...time)
}

/** The `Date` header as a signer without `X-Amz-Date` writes it into the string to sign. */
function isoBasicOf(httpDate: string | undefined): string | undefined {
  if (httpDate === undefined || isoBasicPattern.test(httpDate)) return httpDate
  const ms = parseDateMs(httpDate)
  return ms === undefined ? httpDate : isoBasic(ms)
}
