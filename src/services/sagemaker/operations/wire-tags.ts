import type { Tag } from '@aws-sdk/client-sagemaker'
import { parseArn } from '../../../base/arn.ts'
import type { Scope } from '../../../base/scope.ts'
import type { SagemakerDeps } from '../contract.ts'
import type { Resource } from '../resource.ts'
import { notFound } from '../resource.ts'

type Tags = Readonly<Record<string, string>>

export function tagsOf(
  tags: ReadonlyArray<{ readonly Key: string; readonly Value: string }>,
): Tags {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))
}

export function wireTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

/** The tags of the resource with this ARN, after the change. */
export async function changeTags(
  deps: SagemakerDeps,
  scope: Scope,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<Tags> {
  const [kind = '', name = ''] = parseArn(arn)?.resource.split('/') ?? []
  const apply = <T extends Resource>(resource: T): T => ({
    ...resource,
    tags: change(resource.tags),
  })
  switch (kind) {
    case 'training-job':
      return (await deps.trainingJobs.update(scope, name, apply)).tags
    case 'model':
      return (await deps.models.update(scope, name, apply)).tags
    case 'endpoint-config':
      return (await deps.endpointConfigs.update(scope, name, apply)).tags
    case 'endpoint':
      return (await deps.endpoints.update(scope, name, apply)).tags
    default:
      throw notFound(`resource "${arn}"`)
  }
}
