import { createHash } from 'node:crypto'
import { presignedTarget } from './sign.ts'

/** What a token of AWS_MSK_IAM is made of; absent members are as AWS's libraries have them. */
export interface MskToken {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly region?: string
  readonly service?: string
  readonly action?: string
  readonly expiresSeconds?: number
  readonly date?: Date
}

const emptyHash = createHash('sha256').update('').digest('hex')

/** The token that aws-msk-iam-sasl-signer gives to OAUTHBEARER: a presigned URL in base64url. */
export function mskBearerToken(token: MskToken = {}): string {
  const { region = 'us-east-1' } = token
  const host = `kafka.${region}.amazonaws.com`
  const url = `https://${host}${presigned(token, host)}&User-Agent=aws-msk-iam-sasl-signer-js%2F1.0.3`
  return Buffer.from(url).toString('base64url')
}

/** The message that aws-msk-iam-auth sends by the mechanism AWS_MSK_IAM. */
export function mskIamPayload(token: MskToken = {}, host = 'localhost'): Record<string, string> {
  const query = new URLSearchParams(presigned(token, host).split('?')[1])
  const members = [...query].map(([name, value]) => [name.toLowerCase(), value] as const)
  return { version: '2020_10_22', host, 'user-agent': 'test', ...Object.fromEntries(members) }
}

function presigned(token: MskToken, host: string): string {
  const { action = 'kafka-cluster:Connect', service = 'kafka-cluster', ...rest } = token
  return presignedTarget({
    method: 'GET',
    target: `/?Action=${encodeURIComponent(action)}`,
    headers: { host },
    payload: emptyHash,
    expiresSeconds: 900,
    ...rest,
    service,
  })
}
