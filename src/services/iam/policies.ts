import { formatArn, parseArn } from '../../base/arn.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { Scope } from '../../base/scope.ts'
import { createDocuments } from '../../engines/meta/documents.ts'
import type { MetaStore } from '../../engines/meta/port.ts'
import {
  alreadyExists,
  checkDocument,
  createUniqueId,
  globalScope,
  noSuchEntity,
} from './identity.ts'
import { iamLimits } from './limits.ts'

/** A managed policy that the account made itself. */
export interface Policy {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly arn: string
  readonly createdMs: number
  readonly updatedMs: number
  readonly description?: string
  readonly versions: ReadonlyArray<PolicyVersion>
  readonly defaultVersionId: string
  /** Number of the last version ever made: ids are not used again. */
  readonly lastVersion: number
  readonly tags: Readonly<Record<string, string>>
}

export interface PolicyVersion {
  /** `v1`, `v2`, … */
  readonly id: string
  readonly document: string
  readonly createdMs: number
}

export interface Policies {
  create(
    scope: Scope,
    request: Pick<Policy, 'name' | 'path' | 'description' | 'tags'> & { readonly document: string },
  ): Promise<Policy>
  /** Rejects with `NoSuchEntity`, also for AWS's own policies, which are not kept here. */
  get(scope: Scope, arn: string): Promise<Policy>
  list(scope: Scope, after: string | undefined, limit: number): Promise<ReadonlyArray<Policy>>
  update(
    scope: Scope,
    arn: string,
    change: (policy: Policy, nowMs: number) => Policy,
  ): Promise<Policy>
  remove(scope: Scope, arn: string): Promise<void>
}

export function createPolicies(deps: {
  readonly meta: MetaStore
  readonly clock: Clock
  readonly random: Random
}): Policies {
  const documents = createDocuments<Policy>(deps.meta, 'iam/policy')
  const missing = (arn: string) =>
    noSuchEntity(`Policy ${arn} does not exist or is not attachable.`)
  const nameOf = (arn: string) => parseArn(arn)?.resource.split('/').at(-1)?.toLowerCase() ?? ''

  async function get(scope: Scope, arn: string): Promise<Policy> {
    const policy = await documents.get(globalScope(scope), nameOf(arn))
    if (policy?.arn !== arn) throw missing(arn)
    return policy
  }

  return {
    get,
    async create(scope, { document, ...request }) {
      checkDocument(document, iamLimits.managedPolicyCharactersMax)
      const nowMs = deps.clock.wallMs()
      const policy: Policy = {
        ...request,
        id: createUniqueId('ANPA', deps.random),
        arn: formatArn({
          service: 'iam',
          region: '',
          accountId: scope.accountId,
          resource: `policy${request.path}${request.name}`,
        }),
        createdMs: nowMs,
        updatedMs: nowMs,
        versions: [{ id: 'v1', document, createdMs: nowMs }],
        defaultVersionId: 'v1',
        lastVersion: 1,
      }
      const key = [policy.name.toLowerCase()]
      if (await documents.create(globalScope(scope), key, policy)) return policy
      throw alreadyExists(
        `A policy called ${policy.name} already exists. Duplicate names are not allowed.`,
      )
    },
    async list(scope, after, limit) {
      const page = { limit, ...(after !== undefined && { after: [after.toLowerCase()] }) }
      return (await documents.list(globalScope(scope), page)).map(({ value }) => value)
    },
    async update(scope, arn, change) {
      await get(scope, arn)
      const nowMs = deps.clock.wallMs()
      const policy = await documents.update(globalScope(scope), [nameOf(arn)], (current) =>
        change(current, nowMs),
      )
      if (!policy) throw missing(arn)
      return policy
    },
    async remove(scope, arn) {
      await get(scope, arn)
      await documents.remove(globalScope(scope), nameOf(arn))
    },
  }
}
