import { createHmac } from 'node:crypto'
import type { SignedRequest } from './canonical-request.ts'
import { parseQuery } from './canonical-request.ts'
import type { HeaderFields } from './signature.ts'

/**
 * A presigned URL of Signature Version 2 (S3 Developer Guide, "Signing and authenticating REST
 * requests"). boto3 still makes these for S3 in us-east-1 unless it is told otherwise.
 */
export interface SignatureV2 {
  readonly accessKeyId: string
  readonly value: string
  readonly expiresMs: number
  readonly sessionToken: string | undefined
}

/** Undefined when one of the three parameters is missing. */
export function parseSignatureV2(rawQuery: string): SignatureV2 | undefined {
  const query = new Map(parseQuery(rawQuery))
  const accessKeyId = query.get('AWSAccessKeyId')
  const value = query.get('Signature')
  const expires = query.get('Expires')
  if (!accessKeyId || !value || !expires || !/^\d{1,11}$/.test(expires)) return undefined
  const sessionToken = query.get('x-amz-security-token')
  return { accessKeyId, value, expiresMs: Number(expires) * 1000, sessionToken }
}

/** Parameters that name a part of a resource, or change the answer: they are signed. */
const signedParameters = new Set(
  (
    'accelerate acl analytics cors defaultObjectAcl delete inventory lifecycle location logging ' +
    'metrics notification object-lock partNumber policy replication requestPayment ' +
    'response-cache-control response-content-disposition response-content-encoding ' +
    'response-content-language response-content-type response-expires restore select select-type ' +
    'storageClass tagging torrent uploadId uploads versionId versioning versions website'
  ).split(' '),
)

/** `path` is in path style: the bucket of a virtual host is part of what is signed. */
export function stringToSignV2(request: SignedRequest, path: string): string {
  const { method, rawQuery, headers } = request
  const query = parseQuery(rawQuery)
  const sent: HeaderFields = { ...Object.fromEntries(query.map(lowerName)), ...headers }
  const lines = [
    method,
    sent['content-md5'] ?? '',
    sent['content-type'] ?? '',
    new Map(query).get('Expires') ?? '',
    ...Object.keys(sent)
      .filter((name) => name.startsWith('x-amz-'))
      .sort()
      .map((name) => `${name}:${sent[name]?.trim()}`),
  ]
  const parameters = rawQuery
    .split('&')
    .map((part): [string, string | undefined] => {
      const equals = part.indexOf('=')
      return equals < 0 ? [part, undefined] : [part.slice(0, equals), part.slice(equals + 1)]
    })
    .filter(([name]) => signedParameters.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === undefined ? name : `${name}=${decodeURIComponent(value)}`))
  const resource = parameters.length > 0 ? `${path}?${parameters.join('&')}` : path
  return [...lines, resource].join('\n')
}

export function signV2(stringToSign: string, secret: string): string {
  return createHmac('sha1', secret).update(stringToSign).digest('base64')
}

function lowerName([name, value]: readonly [string, string]): [string, string] {
  return [name.toLowerCase(), value]
}
