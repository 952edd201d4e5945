import { formatArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import { functionNotFound, invalidParameter, notFound } from './lambda-errors.ts'

/** A function as a request names it: `name`, `name:1`, `123456789012:function:name`, or an ARN. */
export interface FunctionTarget {
  readonly name: string
  /** `$LATEST`, a version number or an alias; absent when the request has none. */
  readonly qualifier?: string
}

const NAME_MAX = 64

/**
 * Throws `ResourceNotFoundException` for a function of another region or account, and
 * `InvalidParameterValueException` for a name that is too long or has two qualifiers.
 */
export function parseFunctionName(scope: Scope, text: string, qualifier?: string): FunctionTarget {
  const parts =
    /^(?:arn:[^:]+:lambda:([^:]+):)?(?:(\d{12}):)?(?:function:)?([^:]+)(?::([^:]+))?$/.exec(text)
  const [, region, accountId, name = '', own] = parts ?? []
  if (!parts) throw notFound(`Function not found: ${text}`)
  if (region !== undefined && region !== scope.region) {
    throw notFound(
      `Functions from '${region}' are not reachable in this region ('${scope.region}')`,
    )
  }
  if (name.length > NAME_MAX) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${NAME_MAX}`,
    )
  }
  if (accountId !== undefined && accountId !== scope.accountId) throw functionNotFound(text)
  if (own !== undefined && qualifier !== undefined && own !== qualifier) {
    throw invalidParameter(
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  }
  const chosen = own ?? qualifier
  return { name, ...(chosen !== undefined && { qualifier: chosen }) }
}

export function functionArn(scope: Scope, { name, qualifier }: FunctionTarget): string {
  const resource = qualifier === undefined ? `function:${name}` : `function:${name}:${qualifier}`
  return formatArn({ service: 'lambda', ...scope, resource })
}

export function isVersion(qualifier: string): boolean {
  return /^\d+$/.test(qualifier)
}
