import { hash } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import { isoBasic } from '../../../base/clock.ts'
import type { SigningKey } from '../../../wire/signing-key.ts'
import { deriveSigningKey } from '../../../wire/signing-key.ts'

export interface StoreCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface RequestToSign {
  readonly method: string
  readonly host: string
  /** As it is sent: encoded. */
  readonly path: string
  /** As it is sent: encoded, and sorted by name. */
  readonly query: string
  /** In lower case, without those of the signature. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Signature Version 4 of requests to S3, without their bodies: those have a checksum, and what is
 * read is compared with sums that never left us.
 */
export function createRequestSigner(
  { accessKeyId, secretAccessKey, sessionToken }: StoreCredentials,
  region: string,
  clock: Clock,
) {
  let key: { readonly date: string; readonly signs: SigningKey } | undefined

  function keyOf(date: string): SigningKey {
    if (key?.date !== date) {
      key = { date, signs: deriveSigningKey(secretAccessKey, { date, region, service: 's3' }) }
    }
    return key.signs
  }

  /** All headers of the request. */
  return (request: RequestToSign): Record<string, string> => {
    const { method, host, path, query } = request
    const amzDate = isoBasic(clock.wallMs())
    const date = amzDate.slice(0, 8)
    const headers: Record<string, string> = {
      ...request.headers,
      host,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': amzDate,
      ...(sessionToken && { 'x-amz-security-token': sessionToken }),
    }
    const names = Object.keys(headers).sort()
    const lines = names.map((name) => `${name}:${headers[name]}\n`).join('')
    const signed = names.join(';')
    const canonical = `${method}\n${path}\n${query}\n${lines}\n${signed}\nUNSIGNED-PAYLOAD`
    const scope = `${date}/${region}/s3/aws4_request`
    const text = `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${hash('sha256', canonical, 'hex')}`
    const value = keyOf(date).sign(text)
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${value}`
    return headers
  }
}
