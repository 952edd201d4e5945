import { parseArn } from '../../../base/arn.ts'
import type { Scope } from '../../../base/scope.ts'
import { entityNotFound, invalidInput } from '../catalog-errors.ts'
import type { Tags } from '../tags.ts'

/** `crawler/clicks` of an ARN of the caller's own account and region. */
export function resourceOf(resourceArn: string, scope: Scope): string {
  const arn = parseArn(resourceArn)
  if (arn?.service !== 'glue') throw invalidInput(`Invalid ARN: ${resourceArn}`)
  if (arn.accountId !== scope.accountId || arn.region !== scope.region) {
    throw entityNotFound(`Resource ${resourceArn} not found.`)
  }
  return arn.resource
}

/** The names whose resources carry all of the tags; all names when none are asked for. */
export async function withTags(
  tags: Tags,
  scope: Scope,
  kind: string,
  names: ReadonlyArray<string>,
  wanted: Readonly<Record<string, string>> | undefined,
): Promise<string[]> {
  if (!wanted || Object.keys(wanted).length === 0) return [...names]
  const carried = await Promise.all(names.map((name) => tags.of(scope, `${kind}/${name}`)))
  return names.filter((_, at) =>
    Object.entries(wanted).every(([key, value]) => carried[at]?.[key] === value),
  )
}
