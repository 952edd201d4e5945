import { hmac, signingKey } from './sign.ts'

export interface FormRequest {
  readonly bucket: string
  readonly accessKeyId: string
  readonly key?: string
  /** Beside bucket, key and the fields of the signature. */
  readonly conditions?: ReadonlyArray<unknown>
  readonly fields?: Readonly<Record<string, string>>
  readonly expiresSeconds?: number
  readonly secretAccessKey?: string
  /** Instead of the policy that says all this. */
  readonly policy?: string
}

/** The fields of a form as a page's server signs them, by AWS's specification of Signature Version 4. */
export function formFields(request: FormRequest): Record<string, string> {
  const { bucket, key = 'k', conditions = [], expiresSeconds = 60 } = request
  const now = new Date()
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = [date.slice(0, 8), 'us-east-1', 's3', 'aws4_request']
  const signed = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': [request.accessKeyId, ...scope].join('/'),
    'x-amz-date': date,
  }
  const document = {
    expiration: new Date(now.getTime() + expiresSeconds * 1000).toISOString(),
    conditions: [
      { bucket },
      ['starts-with', '$key', ''],
      ...conditions,
      ...Object.entries(signed).map(([name, value]) => ({ [name]: value })),
    ],
  }
  const policy = Buffer.from(request.policy ?? JSON.stringify(document)).toString('base64')
  const signature = hmac(signingKey(request.secretAccessKey ?? 'test', scope), policy)
  return {
    ...{ key, ...request.fields, ...signed, policy },
    'X-Amz-Signature': signature.toString('hex'),
  }
}
