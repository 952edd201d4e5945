import { formatArn, parseArn } from '../../base/arn.ts'
import type { Scope } from '../../base/scope.ts'
import { invalidParameter } from './log-errors.ts'

/** AWS: a log group has two ARNs, with and without `:*` behind it (DescribeLogGroups). */
export function groupArn(scope: Scope, group: string): string {
  return formatArn({ service: 'logs', ...scope, resource: `log-group:${group}` })
}

/** The group's name from its name or either of its ARNs. */
export function groupNameOf(identifier: string): string {
  if (!identifier.startsWith('arn:')) return identifier
  const resource = parseArn(identifier)?.resource ?? ''
  const name = /^log-group:([^:]+)(:\*)?$/.exec(resource)?.[1]
  if (name === undefined) throw invalidParameter(`The ARN ${identifier} is not valid.`)
  return name
}

/** For operations that take a name or an identifier, and exactly one of them. */
export function oneGroupOf(request: {
  readonly logGroupName?: string | undefined
  readonly logGroupIdentifier?: string | undefined
}): string {
  const { logGroupName, logGroupIdentifier } = request
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw invalidParameter('LogGroup name and LogGroup ARN are mutually exclusive parameters.')
  }
  const identifier = logGroupName ?? logGroupIdentifier
  if (identifier === undefined) {
    throw invalidParameter('Either logGroupName or logGroupIdentifier must be given.')
  }
  return groupNameOf(identifier)
}
