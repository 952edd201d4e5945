import type { RequestContext } from '../../../wire/operation.ts'
import { invalidRequest, resourceNotFound } from '../athena-errors.ts'
import type { Workgroups } from '../workgroups.ts'

interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

export function tagsFromWire(tags: ReadonlyArray<WireTag>): Map<string, string> {
  return new Map(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
}

/** Tags are on workgroups and the data catalog; throws for the ARN of anything else. */
export async function expectTaggable(
  workgroups: Workgroups,
  context: RequestContext,
  arn: string,
): Promise<void> {
  const [, kind, name = ''] = /:(workgroup|datacatalog)\/(.+)$/.exec(arn) ?? []
  if (kind === 'datacatalog' && name.toLowerCase() === 'awsdatacatalog') return
  if (kind !== 'workgroup') throw invalidRequest(`The resource ARN ${arn} is invalid`)
  await workgroups.find(context, name).catch((cause: unknown) => {
    throw Object.assign(resourceNotFound(`Resource ${arn} was not found`, arn), { cause })
  })
}
