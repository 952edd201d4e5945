/** `s3://bucket/prefix?endpoint=http://host:9000&region=eu-central-1` */
export interface BucketUrl {
  /** The URL as it was given. */
  readonly text: string
  readonly bucket: string
  /** What all keys begin with: empty, or ends with a slash. */
  readonly prefix: string
  readonly region: string
  /** Protocol, host and port to connect to. */
  readonly endpoint: URL
  /** What stands before a key in the path of a request. */
  readonly path: string
}

const SCHEME = 's3://'
const DEFAULT_REGION = 'us-east-1'
const PARAMETERS = ['endpoint', 'region']
const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const prefixPattern = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/
const PREFIX_LENGTH_MAX = 500

/** The URL, or in words why it is none. */
export function parseBucketUrl(text: string): BucketUrl | string {
  if (!text.startsWith(SCHEME)) return `it does not begin with ${SCHEME}`
  const [place = '', query = ''] = text.slice(SCHEME.length).split('?', 2)
  const [, bucket = '', below = ''] = /^([^/]*)\/?(.*?)\/?$/.exec(place) ?? []
  if (!bucketPattern.test(bucket)) return `'${bucket}' is no name of a bucket`
  if (below && (!prefixPattern.test(below) || below.length > PREFIX_LENGTH_MAX)) {
    return 'a prefix has letters, digits, dots, hyphens, underscores and single slashes'
  }
  const parameters = new URLSearchParams(query)
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) return `it has no parameter '${name}'`
  }
  const region = parameters.get('region') ?? DEFAULT_REGION
  if (!/^[a-z0-9-]{1,32}$/.test(region)) return `'${region}' is no region`
  const address = addressOf(bucket, region, parameters.get('endpoint'))
  if (typeof address === 'string') return address
  return { text, bucket, prefix: below && `${below}/`, region, ...address }
}

/** AWS has the bucket in the name of the host, where a certificate allows it; others in the path. */
function addressOf(
  bucket: string,
  region: string,
  endpoint: string | null,
): Pick<BucketUrl, 'endpoint' | 'path'> | string {
  const path = `/${bucket}/`
  if (endpoint === null) {
    const host = `s3.${region}.amazonaws.com`
    if (bucket.includes('.')) return { endpoint: new URL(`https://${host}`), path }
    return { endpoint: new URL(`https://${bucket}.${host}`), path: '/' }
  }
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isPlain = url && url.pathname === '/' && !url.search && !url.hash && !url.username
  if (!isPlain || !['http:', 'https:'].includes(url.protocol)) {
    return `endpoint is http://host:port or https://host:port, not '${endpoint}'`
  }
  return { endpoint: url, path }
}
