import { isoBasic } from '../base/clock.ts'
import { canonicalRequest } from '../server/canonical-request.ts'
import { createVerifier, scopeOf, sha256 } from '../server/signing.ts'
import type { CliContext } from './context.ts'

/** A POST without a body, signed with the keys of the environment (else with the key `test`). */
export async function signedPost(context: CliContext, url: URL): Promise<Response> {
  const { environment, clock } = context
  const amzDate = isoBasic(clock.wallMs())
  const sessionToken = environment['AWS_SESSION_TOKEN']
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-date': amzDate,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  }
  const signature = {
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? 'test',
    date: amzDate.slice(0, 8),
    region: environment['AWS_REGION'] ?? 'us-east-1',
    service: 'headrace',
    signedHeaders: Object.keys(headers).sort(),
    value: '',
    amzDate,
    signedAtMs: clock.wallMs(),
    sessionToken,
    expiresSeconds: undefined,
    presigned: false,
  }
  const request = { method: 'POST', rawPath: url.pathname, rawQuery: url.search.slice(1), headers }
  const canonical = canonicalRequest(request, signature, sha256(''))
  const scope = scopeOf(signature)
  const secret = environment['AWS_SECRET_ACCESS_KEY'] ?? 'test'
  const value = createVerifier()
    .keyOf(signature, secret)
    .sign(`AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256(canonical)}`)
  const authorization = `AWS4-HMAC-SHA256 Credential=${signature.accessKeyId}/${scope}, SignedHeaders=${signature.signedHeaders.join(';')}, Signature=${value}`
  return fetch(url, { method: 'POST', headers: { ...headers, authorization } })
}
