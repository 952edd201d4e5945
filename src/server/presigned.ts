import { parseQuery } from './canonical-request.ts'
import type { HeaderFields } from './signature.ts'

/** What a presigned URL carries for the sake of its signature alone. */
const ofTheSignature = new Set([
  'x-amz-algorithm',
  'x-amz-content-sha256',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
])

/**
 * The headers of a presigned S3 request with those that its signer moved into the query (`x-amz-meta-…`,
 * `x-amz-acl`, …). A header that is sent as such wins.
 */
export function presignedHeaders(headers: HeaderFields, rawQuery: string): HeaderFields {
  if (!/(?:^|&)x-amz-/.test(rawQuery)) return headers
  const moved: Record<string, string> = {}
  for (const [name, value] of parseQuery(rawQuery)) {
    const header = name.toLowerCase()
    if (!header.startsWith('x-amz-') || ofTheSignature.has(header) || isChecksum(header)) continue
    // Headers are bytes that Node shows as Latin-1.
    moved[header] = Buffer.from(value).toString('latin1')
  }
  return { ...moved, ...headers }
}

// AWS: S3 ignores checksums in the query (localstack #12169, checked against AWS; aws-sdk-go-v2 #2610).
// The SDK for JavaScript puts that of an empty body there, as it knows no other when it signs.
function isChecksum(header: string): boolean {
  return header.startsWith('x-amz-checksum-') || header === 'x-amz-sdk-checksum-algorithm'
}
