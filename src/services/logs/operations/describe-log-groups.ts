import type { Scope } from '../../../base/scope.ts'
import type { LogsDeps, LogsOperation } from '../contract.ts'
import { limits } from '../limits.ts'
import { groupArn } from '../log-arns.ts'
import { invalidParameter } from '../log-errors.ts'
import type { NamedGroup } from '../log-groups.ts'

export const describeLogGroups: LogsOperation<'DescribeLogGroups'> = {
  name: 'DescribeLogGroups',
  refuses: ['accountIdentifiers', 'includeLinkedAccounts', 'logGroupIdentifiers'],
  async run(deps, input, scope) {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, nextToken } = input
    if (prefix !== undefined && pattern !== undefined) {
      throw invalidParameter(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      )
    }
    const limit = input.limit ?? limits.pageSize
    const { found, last } = await findGroups(deps, scope, {
      prefix,
      pattern,
      after: nextToken,
      limit,
    })
    const logGroups = await Promise.all(found.map((group) => describe(deps, scope, group)))
    return { logGroups, ...(last !== undefined && { nextToken: last }) }
  },
}

/** AWS: the pattern is a part of the name, without regard to case (API reference). */
async function findGroups(
  { groups }: LogsDeps,
  scope: Scope,
  request: {
    readonly prefix: string | undefined
    readonly pattern: string | undefined
    readonly after: string | undefined
    readonly limit: number
  },
) {
  const { prefix, pattern, limit } = request
  const found: NamedGroup[] = []
  let after = request.after
  for (;;) {
    const page = await groups.list(scope, {
      limit: limit + 1,
      ...(prefix !== undefined && { prefix }),
      ...(after !== undefined && { after }),
    })
    for (const group of page) {
      const matches =
        pattern === undefined || group.name.toLowerCase().includes(pattern.toLowerCase())
      if (!matches) continue
      if (found.length === limit) return { found, last: found.at(-1)?.name }
      found.push(group)
    }
    if (page.length <= limit) return { found, last: undefined }
    after = page.at(-1)?.name
  }
}

async function describe({ streams }: LogsDeps, scope: Scope, group: NamedGroup) {
  let storedBytes = 0
  for await (const stream of streams.all(scope, group.name)) storedBytes += stream.storedBytes
  const arn = groupArn(scope, group.name)
  return {
    logGroupName: group.name,
    creationTime: group.createdMs,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes,
    logGroupClass: 'STANDARD' as const,
    ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
  }
}
