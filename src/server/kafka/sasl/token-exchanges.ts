import type { AwsTokens, ConnectRequest } from './aws-token.ts'
import type { SaslExchange } from './exchange.ts'
import { failed } from './exchange.ts'
import { parseGs2 } from './gs2.ts'

/**
 * OAUTHBEARER (RFC 7628) with the token of aws-msk-iam-sasl-signer: a presigned URL of
 * `kafka-cluster:Connect` in base64url. Its libraries add their `User-Agent` after they signed.
 */
export function createBearerExchange(tokens: AwsTokens): SaslExchange {
  return {
    async step(message) {
      const header = parseGs2(message.toString('utf8'))
      const fields = header?.rest.split('\x01') ?? []
      const token = fields.map((field) => /^auth=bearer +(\S+) *$/i.exec(field)?.[1]).find(Boolean)
      if (token === undefined) return failed('The message is not one of OAUTHBEARER.')
      const request = requestOfUrl(Buffer.from(token, 'base64url').toString('utf8'))
      if (!request) {
        return failed(
          'Access denied: the token is not one of AWS_MSK_IAM (a presigned URL in base64url); tokens of other issuers are not served.',
        )
      }
      const verified = await tokens.verify(request)
      if (typeof verified === 'string') return failed(verified)
      return { outcome: 'done', reply: Buffer.alloc(0), identity: verified }
    },
  }
}

function requestOfUrl(url: string): ConnectRequest | undefined {
  const found = /^https:\/\/([a-z0-9.:-]+)\/?\?([\x21-\x7e]*)$/i.exec(url)
  if (!found) return undefined
  const [, host = '', query = ''] = found
  const signed = query.split('&').filter((part) => !/^user-agent=/i.test(part))
  return { host, rawQuery: signed.join('&') }
}

const VERSION = '2020_10_22'

/** The members of the payload and the query parameters that they were signed as. */
const parameterNames: ReadonlyMap<string, string> = new Map([
  ['action', 'Action'],
  ['x-amz-algorithm', 'X-Amz-Algorithm'],
  ['x-amz-credential', 'X-Amz-Credential'],
  ['x-amz-date', 'X-Amz-Date'],
  ['x-amz-expires', 'X-Amz-Expires'],
  ['x-amz-security-token', 'X-Amz-Security-Token'],
  ['x-amz-signedheaders', 'X-Amz-SignedHeaders'],
  ['x-amz-signature', 'X-Amz-Signature'],
])
const unsignedNames: ReadonlySet<string> = new Set(['version', 'host', 'user-agent'])

/** The mechanism AWS_MSK_IAM of aws-msk-iam-auth: the same signature as a JSON object. */
export function createMskIamExchange(tokens: AwsTokens, createId: () => string): SaslExchange {
  return {
    async step(message) {
      const request = requestOfPayload(message.toString('utf8'))
      if (typeof request === 'string') return failed(request)
      const verified = await tokens.verify(request)
      if (typeof verified === 'string') return failed(verified)
      const reply = { version: VERSION, 'request-id': createId() }
      return { outcome: 'done', reply: Buffer.from(JSON.stringify(reply)), identity: verified }
    },
  }
}

function requestOfPayload(text: string): ConnectRequest | string {
  const members = membersOf(text)
  if (!members) return 'The message is not one of AWS_MSK_IAM.'
  if (members.get('version') !== VERSION) return `The version of the payload is not ${VERSION}.`
  const parts: string[] = []
  for (const [name, value] of members) {
    const parameter = parameterNames.get(name)
    // What nobody signed must not pass as signed.
    if (parameter === undefined && !unsignedNames.has(name)) {
      return `The payload has the unknown member '${name.slice(0, 64)}'.`
    }
    if (parameter !== undefined) parts.push(`${parameter}=${encodeURIComponent(value)}`)
  }
  return { host: members.get('host') ?? '', rawQuery: parts.join('&') }
}

/** A flat object of texts; undefined for anything else. */
function membersOf(text: string): ReadonlyMap<string, string> | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  const members = new Map<string, string>()
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value !== 'string') return undefined
    members.set(name.toLowerCase(), value)
  }
  return members
}
