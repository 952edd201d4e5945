import { parseArn } from '../../base/arn.ts'
import { ServiceError } from '../../base/errors.ts'
import type { PolicyQuestion } from './policy-document.ts'
import { evaluatePolicy } from './policy-evaluation.ts'
import { PolicySyntaxError, parsePolicy } from './policy-parsing.ts'
import type { Roles } from './roles.ts'

/** Whether the role is there and lets the service assume it. */
export async function trustsService(
  roles: Roles,
  roleArn: string,
  service: string,
  context: PolicyQuestion['context'],
): Promise<boolean> {
  const trust = await trustOf(roles, roleArn)
  if (!trust) return false
  const question = { action: 'sts:AssumeRole', resource: roleArn, context }
  return evaluatePolicy(trust, { ...question, principal: { service } }) === 'allow'
}

async function trustOf(roles: Roles, roleArn: string) {
  const { accountId = '', resource = '' } = parseArn(roleArn) ?? {}
  try {
    const role = await roles.get({ accountId, region: '' }, resource.split('/').at(-1) ?? '')
    return role.arn === roleArn ? parsePolicy(role.trustPolicy) : undefined
  } catch (error) {
    if (error instanceof PolicySyntaxError) return undefined
    if (error instanceof ServiceError && error.code === 'NoSuchEntity') return undefined
    throw error
  }
}
