import { hostNameOf } from './local-host.ts'

/**
 * The bucket in the host name of a virtual-host request to S3 (`clicks.s3.localhost:4566`,
 * `clicks.localhost`, `clicks.127.0.0.1.nip.io`, `clicks.<--host>`); undefined for path style.
 */
export function bucketOfHost(hostHeader: string, listenHost: string): string | undefined {
  const name = hostNameOf(hostHeader)
  const service = /^(.+)\.s3(?:[.-][a-z0-9-]+)*\.[a-z0-9.-]+$/.exec(name)
  if (service) return service[1]
  for (const ending of endings(listenHost)) {
    const match = ending.exec(name)
    const bucket = match?.[1]
    if (bucket) return bucket === 's3' || bucket.startsWith('s3.') ? undefined : bucket
  }
  return undefined
}

/**
 * The bucket whose web site a host name is (`clicks.s3-website-eu-west-1.localhost:4566`,
 * `clicks.s3-website.us-east-1.amazonaws.com`); undefined: none's.
 */
export function websiteOfHost(hostHeader: string): string | undefined {
  if (!/-website/i.test(hostHeader)) return undefined
  return /^(.+)\.s3-website(?:[.-][a-z0-9-]+)*\.[a-z0-9.-]+$/.exec(hostNameOf(hostHeader))?.[1]
}

const localEndings = [
  /^(.+)\.localhost$/,
  /^(.+?)\.\d{1,3}[.-]\d{1,3}[.-]\d{1,3}[.-]\d{1,3}\.(?:nip|sslip)\.io$/,
  /^(.+)\.localhost\.localstack\.cloud$/,
]

function endings(listenHost: string): ReadonlyArray<RegExp> {
  if (!/[a-z]/.test(listenHost) || listenHost === 'localhost') return localEndings
  const escaped = listenHost.toLowerCase().replaceAll('.', '\\.')
  return [...localEndings, new RegExp(`^(.+)\\.${escaped}$`)]
}
