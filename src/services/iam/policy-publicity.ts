import type { PolicyDocument, PrincipalPattern, Statement } from './policy-document.ts'

/**
 * Condition keys that bind a statement to somebody, when their values are fixed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
const binding = new Set([
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:vpcsourceip',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
])

const positive =
  /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress)$/

/** Does the policy let the world in, as S3 defines it? */
export function isPublicPolicy({ statements }: PolicyDocument): boolean {
  return statements.some(isPublicStatement)
}

function isPublicStatement({ effect, principal, notPrincipal, conditions }: Statement): boolean {
  if (effect === 'Deny') return false
  if (!notPrincipal && principal && !isEverybody(principal)) return false
  return !Object.entries(conditions).some(
    ([operator, keys]) =>
      positive.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) =>
          binding.has(key.toLowerCase()) && values.every((value) => isFixed(key, value)),
      ),
  )
}

function isEverybody(principal: PrincipalPattern): boolean {
  return principal === '*' || (principal['AWS']?.includes('*') ?? false)
}

/** No wildcard, no variable; and no network that is most of the world. */
function isFixed(key: string, value: string): boolean {
  const name = key.toLowerCase()
  if (name === 'aws:sourceip') {
    const bits = Number(value.split('/')[1] ?? 128)
    return bits >= (value.includes(':') ? 32 : 8)
  }
  // AWS: the account of an ARN is enough, and the bucket of one that has none.
  if (name === 'aws:sourcearn' || name === 'aws:principalarn') {
    const [, , service, , account = '', resource = ''] = value.split(':')
    if (/^\d{12}$/.test(account)) return true
    return service === 's3' && account === '' && /^[^*?$]/.test(resource)
  }
  return !/[*?]|\$\{/.test(value)
}
