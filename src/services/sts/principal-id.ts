import { hash } from 'node:crypto'

/**
 * The `UserId` of a caller: the account number for its root, `AIDA…` for a user, `AROA…:session` for
 * an assumed role (IAM User Guide, unique identifiers). The letters follow from the name, so that
 * one principal always has one id.
 */
export function principalIdOf(callerArn: string, accountId: string): string {
  const [kind = '', ...rest] = callerArn.slice(callerArn.lastIndexOf(':') + 1).split('/')
  if (kind === 'root') return accountId
  const name = rest[0] ?? ''
  if (kind !== 'assumed-role') return uniqueId('AIDA', accountId, rest.join('/'))
  return `${uniqueId('AROA', accountId, name)}:${rest[1] ?? ''}`
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function uniqueId(prefix: string, accountId: string, name: string): string {
  const digest = hash('sha256', `${prefix}/${accountId}/${name}`, 'buffer').subarray(0, 17)
  return prefix + Array.from(digest, (byte) => letters[byte & 31]).join('')
}
