import type { Clock } from '../../../base/clock.ts'
import { dateOf } from '../../../base/clock.ts'
import type { RequestContext } from '../../../wire/operation.ts'
import type { PolicyQuestion, Principal } from '../../iam/policy-document.ts'
import type { Bucket } from '../buckets/bucket.ts'
import { askedKmsKey } from '../encryption/kms-keys.ts'
import { canonicalIdOf } from '../objects/object-record.ts'

type Context = PolicyQuestion['context']

/** Members of inputs that conditions can ask about, of whatever operation has them. */
export interface AskedInput {
  readonly Bucket?: string
  readonly Key?: string
  readonly VersionId?: string
  readonly Prefix?: string
  readonly Delimiter?: string
  readonly MaxKeys?: number
  readonly CopySource?: string
  readonly Tagging?: unknown
  readonly BypassGovernanceRetention?: boolean
  readonly ACL?: string
  readonly GrantFullControl?: string
  readonly GrantRead?: string
  readonly GrantReadACP?: string
  readonly GrantWriteACP?: string
  readonly ObjectLockMode?: string
  readonly ObjectLockLegalHoldStatus?: string
}

/** Condition keys that this build can answer; a policy with another one is refused. */
const answered = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalisawsservice',
  'aws:principalservicename',
  'aws:principaltype',
  'aws:referer',
  'aws:resourceaccount',
  'aws:securetransport',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:useragent',
  'aws:username',
  's3:authtype',
  's3:delimiter',
  's3:max-keys',
  's3:prefix',
  's3:requestobjecttagkeys',
  's3:resourceaccount',
  's3:signatureversion',
  's3:versionid',
])

/** `s3:x-amz-…` of the headers by these names. */
const headerKeys = new Set([
  'x-amz-acl',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
])

export function isAnsweredKey(key: string): boolean {
  const name = key.toLowerCase()
  return (
    answered.has(name) ||
    (name.startsWith('s3:') && headerKeys.has(name.slice(3))) ||
    /^s3:(existing|request)objecttag\/./.test(name)
  )
}

/** The account of the caller, whatever account the operation runs for; empty: nobody's. */
export function callerAccountOf({ callerArn }: Pick<RequestContext, 'callerArn'>): string {
  return callerArn.split(':')[4] ?? ''
}

/** An anonymous caller is nobody: only `*` matches him. */
export function principalOf({ callerArn }: RequestContext): Principal {
  const accountId = callerAccountOf({ callerArn })
  if (accountId === '') return {}
  return { accountId, arn: callerArn, canonicalId: canonicalIdOf(accountId) }
}

/** The values of condition keys in a request. */
export function conditionValues(
  input: AskedInput,
  context: RequestContext,
  about: {
    readonly bucket: Bucket
    readonly clock: Clock
    readonly existingTags: Readonly<Record<string, string>>
  },
): Context {
  const { headers } = context
  const values: Record<string, string | ReadonlyArray<string> | undefined> = {
    ...callerValues(context),
    'aws:CurrentTime': dateOf(about.clock.wallMs()).toISOString(),
    'aws:EpochTime': String(Math.floor(about.clock.wallMs() / 1000)),
    'aws:Referer': headers['referer'],
    'aws:UserAgent': headers['user-agent'],
    'aws:ResourceAccount': about.bucket.accountId,
    's3:ResourceAccount': about.bucket.accountId,
    's3:prefix': input.Prefix,
    's3:delimiter': input.Delimiter,
    's3:max-keys': input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
    's3:VersionId': input.VersionId,
  }
  for (const name of headerKeys) values[`s3:${name}`] = headers[name]
  values['s3:x-amz-server-side-encryption-aws-kms-key-id'] = askedKmsKey(about.bucket, headers)
  const tags = requestTags(input)
  if (tags.length > 0) values['s3:RequestObjectTagKeys'] = tags.map(([key]) => key)
  for (const [key, value] of tags) values[`s3:RequestObjectTag/${key}`] = value
  for (const [key, value] of Object.entries(about.existingTags)) {
    values[`s3:ExistingObjectTag/${key}`] = value
  }
  return values
}

function callerValues({ callerArn, endpoint, sourceAddress, proof }: RequestContext) {
  const accountId = callerAccountOf({ callerArn })
  const role = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(callerArn)
  const user = /^arn:aws:iam::\d{12}:user\/(?:.*\/)?([^/]+)$/.exec(callerArn)
  const anonymous = accountId === ''
  const type = role ? 'AssumedRole' : user ? 'User' : 'Account'
  return {
    'aws:SourceIp': sourceAddress.replace(/^::ffff:(?=\d+\.)/i, ''),
    'aws:SecureTransport': String(endpoint.startsWith('https:')),
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalType': anonymous ? 'Anonymous' : type,
    ...(!anonymous && {
      'aws:PrincipalAccount': accountId,
      'aws:PrincipalArn': role ? `arn:aws:iam::${role[1]}:role/${role[2]}` : callerArn,
    }),
    ...(user?.[1] && { 'aws:username': user[1] }),
    ...(proof && { 's3:authType': proof.authType, 's3:signatureversion': proof.version }),
  }
}

/** Tags as a header, or as the body of PutObjectTagging. */
function requestTags({ Tagging }: AskedInput): ReadonlyArray<readonly [string, string]> {
  if (typeof Tagging === 'string') return [...new URLSearchParams(Tagging)]
  const set = (Tagging as { TagSet?: ReadonlyArray<{ Key?: string; Value?: string }> } | undefined)
    ?.TagSet
  return (set ?? []).map(({ Key = '', Value = '' }) => [Key, Value] as const)
}
