import { parseArn } from '../../../base/arn.ts'
import type { Scope } from '../../../base/scope.ts'
import { entityNotFound, invalidInput } from '../catalog-errors.ts'

/** `crawler/clicks` of an ARN of the caller's own account and region. */
export function resourceOf(resourceArn: string, scope: Scope): string {
  const arn = parseArn(resourceArn)
  if (arn?.service !== 'glue') throw invalidInput(`Invalid ARN: ${resourceArn}`)
  if (arn.accountId !== scope.accountId || arn.region !== scope.region) {
    throw entityNotFound(`Resource ${resourceArn} not found.`)
  }
  return arn.resource
}
