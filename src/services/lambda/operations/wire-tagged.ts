import { parseArn } from '../../../base/arn.ts'
import type { Scope } from '../../../base/scope.ts'
import type { LambdaDeps } from '../contract.ts'
import { parseFunctionName } from '../function-names.ts'
import { invalidParameter, notFound } from '../lambda-errors.ts'
import { limits } from '../limits.ts'

type Tags = Readonly<Record<string, string>>

/** The tags of what an ARN names: a function or an event source mapping. */
export async function tagsOf(deps: LambdaDeps, scope: Scope, arn: string): Promise<Tags> {
  const { kind, id } = readResource(scope, arn)
  if (kind === 'function') return (await deps.functions.get(scope, id)).tags
  const mapping = await deps.mappings.find(scope, id)
  if (!mapping) throw notFound(`Event source mapping not found: ${arn}`)
  return mapping.tags
}

export async function changeTags(
  deps: LambdaDeps,
  scope: Scope,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const { kind, id } = readResource(scope, arn)
  await tagsOf(deps, scope, arn)
  const checked = (tags: Tags) => {
    const next = change(tags)
    if (Object.keys(next).length > limits.tagsMax) {
      throw invalidParameter('Number of tags exceeds resource tag limit.')
    }
    return next
  }
  if (kind === 'function') {
    await deps.functions.change(scope, id, (one) => ({ ...one, tags: checked(one.tags) }))
  } else {
    await deps.mappings.change(scope, id, (one) => ({ ...one, tags: checked(one.tags) }))
  }
}

function readResource(scope: Scope, arn: string) {
  const resource = parseArn(arn)?.resource ?? ''
  const [kind, id = '', qualifier] = resource.split(':')
  if (kind === 'event-source-mapping') return { kind, id }
  if (kind !== 'function')
    throw invalidParameter(`Tags of ${arn} are not supported by Headrace yet.`)
  if (qualifier !== undefined) {
    throw invalidParameter(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    )
  }
  return { kind, id: parseFunctionName(scope, arn).name }
}
