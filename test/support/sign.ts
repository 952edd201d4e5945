import { createHash, createHmac } from 'node:crypto'

/** A signer of its own, written from the specification, so that the verifier is not its own judge. */
export interface SigningRequest {
  readonly method: string
  /** Encoded, with the query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly service: string
  readonly region?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly date?: Date
  /** What is signed of the body; the hash of `body` unless given. */
  readonly payload?: string
}

const hex = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
export const hmac = (key: string | Uint8Array, text: string) =>
  createHmac('sha256', key).update(text).digest()

export function signingKey(secret: string, scope: ReadonlyArray<string>): Uint8Array {
  return scope.reduce<Uint8Array>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`))
}

/** The given headers and the ones of Signature Version 4. Signs all of them. */
export function signedHeaders(request: SigningRequest): Record<string, string> {
  const { method, target, service, region = 'us-east-1', body = '' } = request
  const amzDate = (request.date ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '')
  const payload = request.payload ?? hex(body)
  const headers: Record<string, string> = {
    'x-amz-date': amzDate,
    'x-amz-content-sha256': payload,
    ...(request.sessionToken && { 'x-amz-security-token': request.sessionToken }),
    ...request.headers,
  }
  const names = Object.keys(headers).sort()
  const [path = '/', query = ''] = target.split('?')
  const canonical = [
    method,
    service === 's3' ? path : path.split('/').map(encodeURIComponent).join('/'),
    query
      .split('&')
      .filter(Boolean)
      .map((part) => (part.includes('=') ? part : `${part}=`))
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${headers[name]?.trim()}`),
    '',
    names.join(';'),
    payload,
  ].join('\n')
  const scope = [amzDate.slice(0, 8), region, service, 'aws4_request']
  const text = ['AWS4-HMAC-SHA256', amzDate, scope.join('/'), hex(canonical)].join('\n')
  const signature = hmac(signingKey(request.secretAccessKey ?? 'test', scope), text).toString('hex')
  const credential = [request.accessKeyId ?? 'test', ...scope].join('/')
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

/** A presigned target for `GET` or `PUT`, signed for `host` only. */
export function presignedTarget(
  request: SigningRequest & { readonly expiresSeconds: number },
): string {
  const { method, target, service, region = 'us-east-1', expiresSeconds } = request
  const amzDate = (request.date ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = [amzDate.slice(0, 8), region, service, 'aws4_request']
  const [path = '/', given = ''] = target.split('?')
  const parameters = [
    ...given.split('&').filter(Boolean),
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent([request.accessKeyId ?? 'test', ...scope].join('/'))}`,
    `X-Amz-Date=${amzDate}`,
    `X-Amz-Expires=${expiresSeconds}`,
    'X-Amz-SignedHeaders=host',
    ...(request.sessionToken
      ? [`X-Amz-Security-Token=${encodeURIComponent(request.sessionToken)}`]
      : []),
  ].sort()
  const query = parameters.join('&')
  const host = `host:${request.headers['host']}`
  const payload = request.payload ?? 'UNSIGNED-PAYLOAD'
  const canonical = [method, path, query, host, '', 'host', payload].join('\n')
  const text = ['AWS4-HMAC-SHA256', amzDate, scope.join('/'), hex(canonical)].join('\n')
  const signature = hmac(signingKey(request.secretAccessKey ?? 'test', scope), text).toString('hex')
  return `${path}?${query}&X-Amz-Signature=${signature}`
}
