import { randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import type { GetObjectCommandOutput, S3ClientConfig } from '@aws-sdk/client-s3'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { ClientOptions } from '../../support/client.ts'
import { clientConfig } from '../../support/client.ts'

/** Path style, as every client of a server without DNS of its own. */
export function s3Client({
  account,
  region,
  ...config
}: ClientOptions & Omit<S3ClientConfig, 'region'> = {}): S3Client {
  const base = clientConfig({ ...(account && { account }), ...(region && { region }) })
  return new S3Client({ ...base, forcePathStyle: true, ...config })
}

/** A bucket of the test's own: names are shared by all accounts. */
export function bucketName(): string {
  return `test-${randomBytes(8).toString('hex')}`
}

export async function newBucket(s3 = s3Client()): Promise<string> {
  const Bucket = bucketName()
  await s3.send(new CreateBucketCommand({ Bucket }))
  return Bucket
}

export async function bodyOf({ Body }: GetObjectCommandOutput): Promise<Buffer> {
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

/** The error of a call that has to fail. */
export async function errorOf(call: Promise<unknown>) {
  try {
    await call
  } catch (error) {
    return error as Error & {
      readonly Code?: string
      readonly $metadata: { readonly httpStatusCode?: number }
      readonly [field: string]: unknown
    }
  }
  throw new Error('the call succeeded')
}

/** Every name is this machine: not every resolver knows the names below `localhost`. */
const lookupLocally: LookupFunction = (_name, { all }, answer) => {
  const address = { address: '127.0.0.1', family: 4 }
  return all ? answer(null, [address]) : answer(null, address.address, address.family)
}

/** A client under a host name of the server, with the bucket in it. */
export function virtualHostClient(host: string, port: string): S3Client {
  return s3Client({
    endpoint: `http://${host}:${port}`,
    forcePathStyle: false,
    requestHandler: new NodeHttpHandler({ httpAgent: new Agent({ lookup: lookupLocally }) }),
  })
}
